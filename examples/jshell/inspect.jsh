// A look at a picture without a project:
//   jshell --class-path "headclip-0.1.0/lib/*" -R-Dpicture=part.jpg examples/jshell/inspect.jsh
import dev.headclip.detect.*
import java.nio.file.Path

var detector = Detector.load("starter")
var d = detector.detect(Path.of(System.getProperty("picture")))
System.out.printf("%s %.3f%n", d.anomalous() ? "ANOMALOUS" : "normal", d.score())
d.regions().forEach(System.out::println)
detector.close()
/exit
