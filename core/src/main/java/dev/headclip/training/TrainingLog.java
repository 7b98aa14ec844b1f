package dev.headclip.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One JSON object a line: {@code event} is started, resumed, step, epoch, checkpoint or remark. A
 * run that goes on from a checkpoint first cuts what was logged behind it.
 */
public final class TrainingLog implements TrainingListener, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;
  private final FileChannel file;
  private Optional<ObjectNode> facts = Optional.empty();
  // told before the run's place in the file was known
  private final List<String> early = new ArrayList<>();

  /** Opens the log; nothing is changed before the run starts. */
  public TrainingLog(Path path) {
    this.path = path;
    try {
      Path parent = path.toAbsolutePath().getParent();
      Files.createDirectories(parent);
      file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be written (%s)".formatted(path, e), e);
    }
  }

  @Override
  public void started(Map<String, Object> all) {
    ObjectNode o = event("started");
    all.forEach((k, v) -> o.set(k, JSON.valueToTree(v)));
    facts = Optional.of(o);
  }

  @Override
  public void resumed(long position, int epoch, int step) {
    facts = Optional.empty();
    cut(position);
    append(event("resumed").put("epoch", epoch).put("steps_done", step));
    appendEarly();
  }

  @Override
  public void step(Step s) {
    ObjectNode o = event("step").put("epoch", s.epoch()).put("step", s.step());
    s.losses().forEach(o::put);
    write(
        o.put("tower_runs", s.towerRuns())
            .put("seconds", rounded(s.seconds()))
            .put("images_per_second", rounded(s.images() / s.seconds())));
  }

  @Override
  public void epoch(int epoch, EpochFigures f, double seconds) {
    ObjectNode o = event("epoch").put("epoch", epoch);
    f.losses().forEach(o::put);
    o.put("seconds", rounded(seconds));
    if (!f.validation().isEmpty()) {
      o.set("validation", JSON.valueToTree(f.validation()));
    }
    write(o);
  }

  @Override
  public void checkpoint(Path written) {
    write(event("checkpoint").put("file", written.toString()));
  }

  @Override
  public void remark(String text) {
    if (facts.isPresent()) {
      early.add(text);
    } else {
      append(event("remark").put("text", text));
    }
  }

  @Override
  public long position() {
    try {
      return file.position();
    } catch (IOException e) {
      throw new HeadClipException("%s: %s".formatted(path, e), e);
    }
  }

  private static ObjectNode event(String name) {
    return JSON.createObjectNode().put("event", name).put("time", Instant.now().toString());
  }

  private static double rounded(double v) {
    return Math.round(v * 1e3) / 1e3;
  }

  private void write(ObjectNode line) {
    if (facts.isPresent()) {
      cut(0);
      append(facts.get());
      facts = Optional.empty();
      appendEarly();
    }
    append(line);
  }

  private void appendEarly() {
    early.forEach(text -> append(event("remark").put("text", text)));
    early.clear();
  }

  private void append(ObjectNode line) {
    try {
      ByteBuffer b = StandardCharsets.UTF_8.encode(line + "\n");
      while (b.hasRemaining()) {
        file.write(b);
      }
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be written (%s)".formatted(path, e), e);
    }
  }

  private void cut(long position) {
    try {
      long there = Math.min(position, file.size());
      file.truncate(there);
      file.position(there);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be cut (%s)".formatted(path, e), e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be closed (%s)".formatted(path, e), e);
    }
  }
}
