/** Data frames of images on Spark: scored, compared, and watched for drift. */
@dev.headclip.PublicApi
package dev.headclip.spark;
