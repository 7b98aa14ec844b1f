package dev.headclip;

/** The version that the build wrote into the jar. */
public final class Version {
  private Version() {}

  /** "0.1.0"; "development" where it runs from classes. */
  public static String text() {
    String v = Version.class.getPackage().getImplementationVersion();
    return v == null ? "development" : v;
  }
}
