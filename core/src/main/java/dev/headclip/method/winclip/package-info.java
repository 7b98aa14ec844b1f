/** WinCLIP without references: windows of patches, each seen by itself. */
package dev.headclip.method.winclip;
