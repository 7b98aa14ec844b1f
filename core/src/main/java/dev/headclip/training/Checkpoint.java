package dev.headclip.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
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
  private static final String MOMENTS = "moments/";
  private static final String BEST = "best/";
  private static final int VERSION = 2;
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
    List<float[]> state = s.adam.state();
    for (int i = 0; i < state.size(); i++) {
      tensors.put(MOMENTS + i, HostTensor.of(state.get(i), state.get(i).length));
    }
    s.best.ifPresent(b -> named(BEST, b.numbers(), tensors));
    ObjectNode o = JSON.createObjectNode();
    o.put("version", VERSION);
    o.set("identity", JSON.valueToTree(h.identity()));
    o.put("machine", h.machine());
    o.put("started", h.started()).put("log_bytes", h.logBytes());
    o.put("step", s.step).put("first_loss", s.firstLoss);
    o.set("sums", JSON.valueToTree(s.sums));
    o.put("adam_steps", s.adam.steps());
    o.set("epochs", JSON.valueToTree(s.epochs));
    s.best.ifPresent(b -> o.putObject("best").put("epoch", b.epoch()).put("figure", b.figure()));
    String text = o.toString();
    SafetensorsWriter.write(
        file, tensors, Map.of(KEY, text, DIGEST, TensorDigest.of(text, tensors)), false);
  }

  private static void named(
      String prefix, Tensors<HostTensor> numbers, Map<String, HostTensor> to) {
    numbers.named().forEach((name, t) -> to.put(prefix + name, t));
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
      List<float[]> state = s.adam.state();
      for (int i = 0; i < state.size(); i++) {
        copy(file, f, MOMENTS + i, state.get(i));
      }
      s.adam.resumeAt(o.path("adam_steps").asInt());
      if (o.has("best")) {
        Tensors<HostTensor> numbers = TrainingState.copy(s.numbers);
        fill(file, f, BEST, numbers);
        JsonNode b = o.get("best");
        s.best =
            Optional.of(
                new TrainingState.Best(
                    b.path("epoch").asInt(), b.path("figure").asDouble(), numbers));
      }
      s.step = o.path("step").asInt();
      s.firstLoss = o.path("first_loss").asDouble();
      s.sums.clear();
      o.path("sums")
          .fields()
          .forEachRemaining(e -> s.sums.put(e.getKey(), e.getValue().asDouble()));
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
      JsonNode o = JSON.readTree(text);
      if (o.path("version").asInt() != VERSION) {
        throw new HeadClipException(
            "%s: a checkpoint of version %s, expected %d; remove the folder to start anew"
                .formatted(file, o.path("version"), VERSION));
      }
      return o;
    } catch (JsonProcessingException e) {
      throw new HeadClipException("%s: not a checkpoint".formatted(file), e);
    }
  }

  private static void fill(
      Path file, SafetensorsFile f, String prefix, Tensors<HostTensor> numbers) {
    numbers.named().forEach((name, t) -> copy(file, f, prefix + name, t.data()));
  }

  private static void copy(Path file, SafetensorsFile f, String name, float[] to) {
    if (!f.tensors().containsKey(name) || f.host(name).data().length != to.length) {
      throw new HeadClipException(
          "%s: no tensor %s of %d numbers".formatted(file, name, to.length));
    }
    System.arraycopy(f.host(name).data(), 0, to, 0, to.length);
  }
}
