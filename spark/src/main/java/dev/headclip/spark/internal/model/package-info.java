/** How a model gets to the executors, and is opened there once. */
package dev.headclip.spark.internal.model;
