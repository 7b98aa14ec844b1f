/** Images against references or one another, over all tasks: the same numbers as on one machine. */
package dev.headclip.spark.internal.compare;
