package dev.headclip.bench;

import dev.headclip.HeadClipException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The same backbone in Python, in a process of its own that waits for its turn: {@code
 * bench/peers.py}. It loads every way first and then times one image whenever it is told.
 */
final class Peers implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final List<String> ways;

  private Peers(Process process, BufferedReader answers, List<String> ways) {
    this.process = process;
    this.answers = answers;
    this.ways = ways;
  }

  /**
   * Starts it.
   *
   * @param python an interpreter with torch and transformers
   * @param backbone a CLIP in Hugging Face's form
   * @param official a checkout of AnomalyCLIP, to time its image encoder, too
   */
  static Peers start(Path python, Path backbone, int imageSize, Optional<Path> official)
      throws IOException {
    Path script = Files.createTempFile("headclip-peers", ".py");
    try (var in = Peers.class.getResourceAsStream("peers.py")) {
      Files.write(script, in.readAllBytes());
    }
    script.toFile().deleteOnExit();
    List<String> command = new ArrayList<>();
    command.addAll(List.of(python.toString(), script.toString(), backbone.toString()));
    command.add(Integer.toString(imageSize));
    official.ifPresent(o -> command.add(o.toString()));
    Process p = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8));
    String ready = answer(p, in);
    return new Peers(p, in, List.of(ready.split(" ")));
  }

  /** What it times: clip_fp32, clip_bf16, clip_int8, anomalyclip. */
  List<String> ways() {
    return ways;
  }

  /** Seconds of one image. */
  double time(String way) throws IOException {
    OutputStream to = process.getOutputStream();
    to.write((way + "\n").getBytes(StandardCharsets.UTF_8));
    to.flush();
    return Double.parseDouble(answer(process, answers));
  }

  /** The next line that is ours: libraries print, too. */
  private static String answer(Process p, BufferedReader in) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith("peers: ")) {
        return line.substring("peers: ".length());
      }
    }
    p.destroy();
    throw new HeadClipException(
        "python ended before it was asked to; it needs torch and transformers, see its message");
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.destroy();
  }
}
