package dev.headclip.tensor;

/** Runs programs: an engine, or plain Java. */
@FunctionalInterface
public interface Compute {
  Tensors<HostTensor> run(Program program, Tensors<HostTensor> inputs);

  /** In plain Java. */
  static Compute plain() {
    return (program, inputs) -> program.of(new HostOps(), inputs);
  }
}
