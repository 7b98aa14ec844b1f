package dev.headclip.app;

import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** A command some of whose flags come from settings, perhaps of a method that it is given. */
interface WithSettings {
  /**
   * Adds them, before the command line is parsed.
   *
   * @param given values of other flags, as far as they can be told, by key
   */
  void addSettings(CommandSpec spec, Map<String, String> given);
}
