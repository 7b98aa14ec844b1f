/** The job for spark-submit: from folders of images to a table of verdicts. */
@dev.headclip.PublicApi
package dev.headclip.spark.job;
