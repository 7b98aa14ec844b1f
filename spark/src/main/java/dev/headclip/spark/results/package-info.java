/** What results look like: the JSON contract as typed columns. */
@dev.headclip.PublicApi
package dev.headclip.spark.results;
