/** Many images looked at for one request that does not wait: progress, results, exports. */
package dev.headclip.server.internal.jobs;
