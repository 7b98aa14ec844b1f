/** HeadCLIP, the paper's method. */
@dev.headclip.PublicApi
package dev.headclip.method.headclip;
