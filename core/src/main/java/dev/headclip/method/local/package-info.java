/**
 * The local path of value-value attention beside CLIP's own, as HeadCLIP, AnomalyCLIP and others
 * share it: Eq. 3 to 6 of the paper with every reading of them.
 */
@dev.headclip.PublicApi
package dev.headclip.method.local;
