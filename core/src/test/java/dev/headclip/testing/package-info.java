/** What tests of all modules share: golden files, comparisons. */
package dev.headclip.testing;
