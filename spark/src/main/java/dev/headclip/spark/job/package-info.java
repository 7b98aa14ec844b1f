/** The job for spark-submit: from folders of images to a table of verdicts. */
package dev.headclip.spark.job;
