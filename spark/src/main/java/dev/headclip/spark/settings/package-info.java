/** What is asked for on Spark: which model, and how images are looked at. */
@dev.headclip.PublicApi
package dev.headclip.spark.settings;
