package dev.headclip.torch.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.method.Learned;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.SafetensorsWriter;
import dev.headclip.weights.TensorDigest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@link TrainingState} as a safetensors file that knows its own digest: a file that was cut or
 * changed is refused.
 */
final class Checkpoint {
  private static final String KEY = "headclip_checkpoint";
  private static final String DIGEST = "sha256";
  private static final String NUMBERS = "numbers/";
  private static final String BEST = "best/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Checkpoint() {}

  /**
   * What a checkpoint says besides the state.
   *
   * @param identity settings and digests that a run must share to go on from it
   * @param machine what the last bits of sums depend on
   * @param started when the run began, as text
   * @param logBytes length of the log at this point
   */
  record Header(Map<String, Object> identity, String machine, String started, long logBytes) {}

  static void write(Path file, TrainingState s, Header h) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    named(NUMBERS, s.numbers, tensors);
    moments("words/", s.words, tensors);
    moments("heads/", s.heads, tensors);
    s.best.ifPresent(b -> named(BEST, b.numbers(), tensors));
    ObjectNode o = JSON.createObjectNode();
    o.put("version", 1);
    o.set("identity", JSON.valueToTree(h.identity()));
    o.put("machine", h.machine());
    o.put("started", h.started()).put("log_bytes", h.logBytes());
    o.put("step", s.step).put("global_sum", s.globalSum).put("local_sum", s.localSum);
    o.put("first_loss", s.firstLoss);
    o.put("words_steps", s.words.steps()).put("heads_steps", s.heads.steps());
    o.set("epochs", JSON.valueToTree(s.epochs));
    s.best.ifPresent(b -> o.putObject("best").put("epoch", b.epoch()).put("figure", b.figure()));
    String text = o.toString();
    SafetensorsWriter.write(
        file, tensors, Map.of(KEY, text, DIGEST, TensorDigest.of(text, tensors)), false);
  }

  private static void named(String prefix, Learned<HostTensor> l, Map<String, HostTensor> to) {
    for (int i = 0; i < l.names().size(); i++) {
      to.put(prefix + l.names().get(i), l.tensors().get(i));
    }
  }

  private static void moments(String prefix, Adam adam, Map<String, HostTensor> to) {
    List<float[]> state = adam.state();
    for (int i = 0; i < state.size(); i++) {
      to.put(prefix + i, HostTensor.of(state.get(i), state.get(i).length));
    }
  }

  /**
   * Reads only the header.
   *
   * @throws HeadClipException where the file is not whole
   */
  static Header header(Path file) {
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      return header(checked(file, f));
    }
  }

  /**
   * Puts a checkpoint into a fresh state of the same run.
   *
   * @throws HeadClipException where the file is not whole or of other tensors
   */
  static Header read(Path file, TrainingState s) {
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      JsonNode o = checked(file, f);
      fill(file, f, NUMBERS, s.numbers);
      fill(file, f, "words/", s.words, o.path("words_steps").asInt());
      fill(file, f, "heads/", s.heads, o.path("heads_steps").asInt());
      if (o.has("best")) {
        Learned<HostTensor> numbers = TrainingState.copy(s.numbers);
        fill(file, f, BEST, numbers);
        JsonNode b = o.get("best");
        s.best =
            Optional.of(
                new TrainingState.Best(
                    b.path("epoch").asInt(), b.path("figure").asDouble(), numbers));
      }
      s.step = o.path("step").asInt();
      s.globalSum = o.path("global_sum").asDouble();
      s.localSum = o.path("local_sum").asDouble();
      s.firstLoss = o.path("first_loss").asDouble();
      s.epochs.clear();
      s.epochs.addAll(
          JSON.convertValue(o.path("epochs"), new TypeReference<ArrayList<EpochFigures>>() {}));
      return header(o);
    }
  }

  private static Header header(JsonNode o) {
    return new Header(
        JSON.convertValue(
            o.path("identity"), new TypeReference<LinkedHashMap<String, Object>>() {}),
        o.path("machine").asText(),
        o.path("started").asText(),
        o.path("log_bytes").asLong());
  }

  private static JsonNode checked(Path file, SafetensorsFile f) {
    String text = f.metadata().getOrDefault(KEY, "");
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    f.tensors().keySet().forEach(n -> tensors.put(n, f.host(n)));
    if (!TensorDigest.of(text, tensors).equals(f.metadata().get(DIGEST))) {
      throw new HeadClipException("%s: not a whole checkpoint, its digest differs".formatted(file));
    }
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new HeadClipException("%s: not a checkpoint".formatted(file), e);
    }
  }

  private static void fill(
      Path file, SafetensorsFile f, String prefix, Learned<HostTensor> numbers) {
    for (int i = 0; i < numbers.names().size(); i++) {
      copy(file, f, prefix + numbers.names().get(i), numbers.tensors().get(i).data());
    }
  }

  private static void fill(Path file, SafetensorsFile f, String prefix, Adam adam, int steps) {
    List<float[]> state = adam.state();
    for (int i = 0; i < state.size(); i++) {
      copy(file, f, prefix + i, state.get(i));
    }
    adam.resumeAt(steps);
  }

  private static void copy(Path file, SafetensorsFile f, String name, float[] to) {
    if (!f.tensors().containsKey(name) || f.host(name).data().length != to.length) {
      throw new HeadClipException(
          "%s: no tensor %s of %d numbers".formatted(file, name, to.length));
    }
    System.arraycopy(f.host(name).data(), 0, to, 0, to.length);
  }
}
