package dev.headclip.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SchemaTest {
  enum Color {
    DARK_RED,
    BLUE
  }

  record Range(
      @Setting(value = "First", min = 1) int first, @Setting(value = "Last", min = 1) int last) {
    Range {
      Schema.check(Range.class, first, last);
    }

    public static Range parse(String text) {
      String[] ends = text.split("-");
      return new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
    }
  }

  record Inner(
      @Setting(value = "Size", absent = "3", min = 0, above = true) double size,
      @Setting(value = "Color", absent = "blue", aliases = "hue") Color color) {
    Inner {
      Schema.check(Inner.class, size, color);
    }
  }

  record Outer(
      @Setting(value = "How many.", absent = "2", min = 1, max = 9) int someCount,
      @Setting(value = "Own", key = "inner") Inner group,
      @Setting(value = "Beside", inline = true) Beside beside,
      @Setting(value = "Layers", shown = "the last", min = 1) List<Integer> layers,
      @Setting(value = "Maybe", min = 0) Optional<Double> rate,
      @Setting(value = "Which", absent = "1-2") Range range,
      @Setting(value = "Whether", absent = "false", aliases = "old_name=true") boolean on) {
    Outer {
      Schema.check(Outer.class, someCount, group, beside, layers, rate, range, on);
    }
  }

  record Beside(@Setting(value = "A word", absent = "x") String word) {
    Beside {
      Schema.check(Beside.class, word);
    }
  }

  private static final Schema<Outer> SCHEMA = Schema.of(Outer.class);
  private static final Outer DEFAULTS = SCHEMA.defaults(Map.of("layers", List.of(7)));

  private static ObjectNode json(String text) throws Exception {
    return (ObjectNode) new ObjectMapper().readTree(text);
  }

  @Test
  void defaultsAreAsDeclared() {
    assertThat(DEFAULTS)
        .isEqualTo(
            new Outer(
                2,
                new Inner(3, Color.BLUE),
                new Beside("x"),
                List.of(7),
                Optional.empty(),
                new Range(1, 2),
                false));
    assertThatThrownBy(SCHEMA::defaults).hasMessageContaining("no default for layers");
  }

  @Test
  void jsonHasEverySettingWhereItBelongs() throws Exception {
    assertThat(SCHEMA.jsonOf(DEFAULTS))
        .isEqualTo(
            json(
                """
                {"some_count":2,"inner":{"size":3.0,"color":"blue"},"word":"x","layers":[7],
                 "range":{"first":1,"last":2},"on":false}
                """));
    Outer back =
        SCHEMA.read(
            json(
                """
                {"some_count":5,"inner":{"color":"darkRed"},"word":"y","layers":[1,2],"rate":0.5,
                 "range":"3-4","on":true,"somebody_elses":1}
                """),
            DEFAULTS);
    assertThat(back)
        .isEqualTo(
            new Outer(
                5,
                new Inner(3, Color.DARK_RED),
                new Beside("y"),
                List.of(1, 2),
                Optional.of(0.5),
                new Range(3, 4),
                true));
    assertThat(SCHEMA.read(SCHEMA.jsonOf(back), DEFAULTS)).isEqualTo(back);
  }

  @Test
  void wrongTypesAndRangesNameTheSetting() {
    String[][] bad = {
      {"{\"some_count\":\"x\"}", "some_count is \"x\", expected an integer"},
      {"{\"some_count\":2.5}", "some_count is 2.5, expected an integer"},
      {"{\"some_count\":10}", "some_count is 10, expected 1 to 9"},
      {"{\"inner\":{\"size\":0}}", "inner.size is 0.0, expected above 0"},
      {"{\"inner\":{\"color\":\"green\"}}", "expected one of [dark_red, blue]"},
      {"{\"inner\":4}", "inner is 4, expected an object"},
      {"{\"layers\":[]}", "layers is [], expected at least one integer"},
      {"{\"layers\":[0]}", "layers is [0], expected at least 1"},
      {"{\"rate\":-1}", "expected at least 0"},
      {"{\"word\":\" \"}", "word is empty, expected words"},
      {"{\"on\":\"yes\"}", "on is \"yes\", expected true or false"},
      {"{\"range\":{\"first\":1}}", "last is absent"}
    };
    for (String[] b : bad) {
      assertThatThrownBy(() -> SCHEMA.read(json(b[0]), DEFAULTS))
          .isInstanceOf(SettingException.class)
          .hasMessageContaining(b[1]);
    }
  }

  @Test
  void copiesTakeValuesAndText() {
    assertThat(Schema.with(DEFAULTS, "some_count", 4).someCount()).isEqualTo(4);
    assertThat(Schema.with(DEFAULTS, "some_count", "4").someCount()).isEqualTo(4);
    assertThat(Schema.with(DEFAULTS, "inner_color", "dark-red").group().color())
        .isEqualTo(Color.DARK_RED);
    assertThat(Schema.with(DEFAULTS, "inner.size", 1.5).group().size()).isEqualTo(1.5);
    assertThat(Schema.with(DEFAULTS, "rate", "0.25").rate()).contains(0.25);
    assertThat(Schema.with(DEFAULTS, "rate", 0.5).rate()).contains(0.5);
    assertThat(Schema.with(DEFAULTS, "layers", "3, 4").layers()).containsExactly(3, 4);
    assertThat(Schema.with(DEFAULTS, "range", "5-6").range()).isEqualTo(new Range(5, 6));
    assertThatThrownBy(() -> Schema.with(DEFAULTS, "some_cuont", 4))
        .hasMessage("unknown key some_cuont, did you mean some_count?");
    assertThatThrownBy(() -> Schema.with(DEFAULTS, "inner_size", "-1"))
        .hasMessage("inner.size is -1.0, expected above 0");
  }

  @Test
  void entriesSayWhatFlagsAndHelpNeed() {
    List<Schema.Entry> all = SCHEMA.entries();
    assertThat(all.stream().map(Schema.Entry::key))
        .containsExactly(
            "some_count", "inner_size", "inner_color", "word", "layers", "rate", "range", "on");
    assertThat(all.get(0).expected()).isEqualTo("1 to 9");
    assertThat(all.get(0).absent()).isEqualTo("2");
    assertThat(all.get(1).path()).isEqualTo("inner.size");
    assertThat(all.get(2).label()).isEqualTo("dark_red|blue");
    assertThat(all.get(2).aliases()).containsEntry("hue", "");
    assertThat(all.get(4).absent()).isEqualTo("the last");
    assertThat(all.get(7).flag()).isTrue();
    assertThat(all.get(7).aliases()).containsEntry("old_name", "true");
  }

  @Test
  void theNearestNameIsOfferedOnlyWhereItIsNear() {
    List<String> known = List.of("lambda", "sigma", "threshold");
    assertThat(Nearest.to("lamda", known)).contains("lambda");
    assertThat(Nearest.to("treshhold", known)).contains("threshold");
    assertThat(Nearest.to("epochs", known)).isEmpty();
  }
}
