package dev.headclip.evaluate;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.MaskReader;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.Overlay;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.report.Html;
import dev.headclip.map.AnomalyMap;
import dev.headclip.method.Scoring;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Small pictures of the best and worst judged images, with mask and map, inside the page. */
final class Gallery {
  private static final int SIDE = 240;
  private static final int SHOWN_SIDE = 120;
  private static final int SHOWN = 6;

  private static final String ENLARGE =
      "<script>document.querySelectorAll('figure').forEach(function(f){f.addEventListener('click',function(){f.classList.toggle('big')})})</script>";

  private final Map<Evaluation.Scored, Integer> places;
  private final Predictions predictions;
  private final Scoring scoring;
  private final double threshold;

  Gallery(
      Map<Evaluation.Scored, Integer> places,
      Predictions predictions,
      Scoring scoring,
      double threshold) {
    this.places = places;
    this.predictions = predictions;
    this.scoring = scoring;
    this.threshold = threshold;
  }

  String html(List<Evaluation.Scored> all) {
    Comparator<Evaluation.Scored> byScore = Comparator.comparingDouble(Evaluation.Scored::joint);
    List<Evaluation.Scored> low = pick(all, true, byScore, List.of());
    List<Evaluation.Scored> high = pick(all, false, byScore.reversed(), List.of());
    boolean missed = low.stream().anyMatch(s -> s.joint() < threshold);
    boolean alarms = high.stream().anyMatch(s -> s.joint() >= threshold);
    // of few images none is shown twice
    return row("Anomalous, lowest scores" + (missed ? " (missed first)" : ""), low)
        + row("Normal, highest scores" + (alarms ? " (false alarms first)" : ""), high)
        + row("Anomalous, highest scores", pick(all, true, byScore.reversed(), low))
        + row("Normal, lowest scores", pick(all, false, byScore, high))
        + ENLARGE;
  }

  private static List<Evaluation.Scored> pick(
      List<Evaluation.Scored> all,
      boolean anomalous,
      Comparator<Evaluation.Scored> order,
      List<Evaluation.Scored> shown) {
    return all.stream()
        .filter(s -> s.sample().anomalous() == anomalous && !shown.contains(s))
        .sorted(order)
        .limit(SHOWN)
        .toList();
  }

  private String row(String title, List<Evaluation.Scored> images) {
    return images.isEmpty()
        ? ""
        : "<h3>%s</h3><div class=\"row\">%s</div>"
            .formatted(
                Html.escape(title),
                images.stream().map(this::figure).collect(Collectors.joining()));
  }

  private String figure(Evaluation.Scored s) {
    try {
      RgbImage image = ImageLoader.defaults().load(s.sample().image());
      RgbImage small =
          new RgbImage(
              SIDE,
              SIDE,
              PillowResize.BILINEAR.resize(
                  image.rgb(), image.width(), image.height(), 3, SIDE, SIDE));
      Prediction p = predictions.get(places.get(s));
      AnomalyMap map = scoring.of(p.evidence(), p.width(), p.height()).map().resize(SIDE, SIDE);
      String mask =
          s.sample()
              .mask()
              .map(
                  m ->
                      img(
                          masked(
                              small,
                              MaskReader.resized(
                                  Evaluation.mask(s.sample(), m).mask(), SIDE, SIDE)),
                          "mask"))
              .orElse("");
      return "<figure>%s%s%s%s<figcaption class=\"mute\">%s<br>%.3f (global %.3f, local %.3f)</figcaption></figure>"
          .formatted(
              img(small, "image"),
              mask,
              img(Overlay.heat(map), "map, from its lowest to its highest value"),
              img(Overlay.draw(small, map, threshold), "map over the image"),
              Html.escape(
                  s.sample().category()
                      + "/"
                      + s.sample().kind()
                      + "/"
                      + s.sample().image().getFileName()),
              s.joint(),
              s.global(),
              s.local());
    } catch (HeadClipException e) {
      return "<p>%s</p>".formatted(Html.escape(e.getMessage()));
    }
  }

  private static RgbImage masked(RgbImage image, byte[] mask) {
    RgbImage out = new RgbImage(SIDE, SIDE, image.rgb().clone());
    for (int i = 0; i < mask.length; i++) {
      if (mask[i] != 0) {
        out.rgb()[3 * i] = (byte) 255;
      } else {
        for (int c = 0; c < 3; c++) {
          out.rgb()[3 * i + c] = (byte) ((out.rgb()[3 * i + c] & 0xff) / 2);
        }
      }
    }
    return out;
  }

  private static String img(RgbImage image, String alt) {
    return Html.image(ImageWriter.jpeg(image), SHOWN_SIDE, alt);
  }
}
