/** AdaCLIP: prompts in both towers that depend on the image, its own projections and fusion. */
@dev.headclip.PublicApi
package dev.headclip.method.adaclip;
