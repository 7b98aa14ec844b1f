package dev.headclip.settings;

/** A setting with a value that it cannot have. */
public final class SettingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String key;
  private final String rest;

  /**
   * @param key path of the setting, as "deep.start"
   * @param found the value, as text
   * @param expected what would do
   */
  public SettingException(String key, Object found, String expected) {
    this(key, "is %s, expected %s".formatted(found, expected));
  }

  private SettingException(String key, String rest) {
    super(key + " " + rest);
    this.key = key;
    this.rest = rest;
  }

  /** The same of a setting inside a group. */
  SettingException inside(String group) {
    return group.isEmpty() ? this : new SettingException(group + "." + key, rest);
  }

  /** The setting's path, as "deep.start". */
  public String key() {
    return key;
  }

  /** The message with the setting under another name, such as a flag. */
  public String messageFor(String name) {
    return name + " " + rest;
  }
}
