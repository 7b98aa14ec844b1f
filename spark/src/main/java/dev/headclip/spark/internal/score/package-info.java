/** What a task does with its rows. */
package dev.headclip.spark.internal.score;
