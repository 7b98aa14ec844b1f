/** HeadCLIP, the paper's method. */
package dev.headclip.method.headclip;
