/** Where the frozen part of images is kept between epochs. Results do not depend on it. */
package dev.headclip.training.cache;
