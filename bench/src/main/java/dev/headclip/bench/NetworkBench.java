package dev.headclip.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An exported model by itself: from pixels that are there to map and scores, one image a run. */
@Command(
    name = "network",
    description = "Times an exported ONNX file, without decoding and drawing.",
    mixinStandardHelpOptions = true)
final class NetworkBench implements Callable<Integer> {
  private static final int WARM_UP = 30;

  @Parameters(paramLabel = "FILE", description = "Written by 'headclip export'.")
  private Path file;

  @Option(names = "--rounds", defaultValue = "300")
  private int rounds;

  @Option(names = "--threads", defaultValue = "2")
  private int threads;

  @Option(names = "--name", required = true, description = "Of the results file.")
  private String name;

  @Override
  public Integer call() throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    List<Double> seconds = new ArrayList<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      try (OrtSession session = open(environment, options)) {
        String input = session.getInputNames().iterator().next();
        TensorInfo info = (TensorInfo) session.getInputInfo().get(input).getInfo();
        long side = info.getShape()[3];
        FloatBuffer pixels = FloatBuffer.allocate(Math.toIntExact(3 * side * side));
        try (OnnxTensor x =
            OnnxTensor.createTensor(environment, pixels, new long[] {1, 3, side, side})) {
          for (int i = -WARM_UP; i < rounds; i++) {
            long start = System.nanoTime();
            session.run(Map.of(input, x)).close();
            if (i >= 0) {
              seconds.add((System.nanoTime() - start) / 1e9);
            }
          }
        }
        ObjectNode results = Results.begin("network");
        results
            .putObject("settings")
            .put("file", file.getFileName().toString())
            .put("image_size", side)
            .put("threads", threads)
            .put("rounds", rounds);
        Spread.put(results.putObject("seconds_per_image"), seconds);
        Results.write(name, results);
      }
    }
    return 0;
  }

  private OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options) {
    try {
      return environment.createSession(file.toString(), options);
    } catch (OrtException e) {
      throw new HeadClipException(
          "%s: cannot be run (%s), expected what 'headclip export' wrote; export one first"
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
