/** The models that are served, and those that are taught meanwhile. */
package dev.headclip.server.internal.models;
