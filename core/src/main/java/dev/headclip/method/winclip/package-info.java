/** WinCLIP without references: windows of patches, each seen by itself. */
@dev.headclip.PublicApi
package dev.headclip.method.winclip;
