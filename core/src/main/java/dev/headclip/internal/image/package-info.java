/**
 * The containers of pictures, walked by bounded readers of our own before a library decodes them:
 * size, orientation, number of pictures, and whether the data are whole. What is no picture data
 * (comments, texts, thumbnails, metadata) never reaches a decoder. Not public API.
 */
package dev.headclip.internal.image;
