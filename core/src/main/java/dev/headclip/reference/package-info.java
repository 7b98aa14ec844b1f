/**
 * Images against normal references, or against one another: tokens of the frozen tower, scorers
 * fitted to those of references, and how their maps join a method's own.
 */
@dev.headclip.PublicApi
package dev.headclip.reference;
