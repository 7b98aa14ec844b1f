package dev.headclip.app;

import picocli.CommandLine.IVersionProvider;

/** For {@code --version}. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"headclip " + dev.headclip.Version.text()};
  }
}
