package dev.headclip.app;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code headclip completion}. */
@Command(
    name = "completion",
    description = "Prints a script with which bash and zsh complete verbs and flags.",
    footer = {
      "",
      "Examples:",
      "  source <(headclip completion)",
      "  headclip completion > ~/.local/share/bash-completion/completions/headclip"
    })
final class CompletionCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    System.out.print(AutoComplete.bash("headclip", Main.commands()));
    return Main.OK;
  }
}
