package dev.headclip.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A component of a settings record. Its type is int, long, double, boolean, String, an enum, a list
 * of integers, an {@link java.util.Optional} of one of these, or a record: one with a static {@code
 * parse(String)} is a value with a short form ("6-24"), any other a group.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
  /** The help line, without the default. */
  String value();

  /** Its name in files and, with dashes, as a flag; empty for the component's name. */
  String key() default "";

  /** The default as one would write it; empty where it depends on the backbone or on the method. */
  String absent() default "";

  /** How a default that depends on something is told in the help. */
  String shown() default "";

  /** Lowest value, of each element in a list. */
  double min() default Double.NEGATIVE_INFINITY;

  /** Highest value, of each element in a list. */
  double max() default Double.POSITIVE_INFINITY;

  /** Whether {@link #min} itself is too low. */
  boolean above() default false;

  /** Older spellings, as {@code old_name}, or {@code old_name=value} for a flag that meant that. */
  String[] aliases() default {};

  /** For a group: its settings stand beside the others, not in an object of their own. */
  boolean inline() default false;
}
