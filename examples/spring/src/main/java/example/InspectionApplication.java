package example;

import dev.headclip.detect.Detector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A service that judges pictures: curl --data-binary @part.jpg localhost:8080/inspections. */
@SpringBootApplication
public class InspectionApplication {
  public static void main(String[] args) {
    SpringApplication.run(InspectionApplication.class, args);
  }

  /** One for all requests: thread-safe, and Spring closes it. */
  @Bean(destroyMethod = "close")
  Detector detector() {
    return Detector.load("starter");
  }
}
