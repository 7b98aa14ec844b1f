package dev.headclip.app;

import dev.headclip.method.Method;
import dev.headclip.method.Methods;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code headclip models}. */
@Command(
    name = "models",
    description =
        "Lists, fetches and shows models and methods; imports checkpoints; makes the starter.",
    subcommands = {
      ModelsList.class,
      ModelsCommand.ListMethods.class,
      ModelsShow.class,
      ModelsFetch.class,
      ModelsPrune.class,
      ModelsImport.class,
      ModelsPretrain.class,
      ModelsInterpolate.class
    })
final class ModelsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(System.err);
    return Main.UNUSABLE;
  }

  /** {@code headclip models methods}. */
  @Command(
      name = "methods",
      description =
          "The methods on the class path; their settings: 'train --method NAME --help', or 'detect --method NAME --help' for one that learns nothing.")
  static final class ListMethods implements Callable<Integer> {
    @Override
    public Integer call() {
      for (Method<?> m : Methods.all()) {
        System.out.printf("%-12s %s%n", m.name(), m.description());
      }
      return Main.OK;
    }
  }
}
