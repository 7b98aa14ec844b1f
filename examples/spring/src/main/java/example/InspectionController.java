package example;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detector;
import dev.headclip.map.Region;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Pictures in, verdicts out. */
@RestController
class InspectionController {
  /** What a caller gets. */
  record Inspection(boolean anomalous, double score, double threshold, List<Region> regions) {}

  private final Detector detector;

  InspectionController(Detector detector) {
    this.detector = detector;
  }

  @PostMapping("/inspections")
  Inspection inspect(@RequestBody byte[] picture) {
    Detection d = detector.detect(picture);
    return new Inspection(d.anomalous(), d.score(), d.threshold(), d.regions());
  }

  /** A file that is no picture is the caller's to mend. */
  @ExceptionHandler
  ProblemDetail unusable(HeadClipException e) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_ENTITY, e.getMessage());
  }
}
