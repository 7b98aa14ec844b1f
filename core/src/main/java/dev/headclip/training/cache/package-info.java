/** Where the frozen part of images is kept between epochs. Results do not depend on it. */
@dev.headclip.PublicApi
package dev.headclip.training.cache;
