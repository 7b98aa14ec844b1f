import dev.headclip.spark.{AnomalyDetector, HeadClipSpark}
import dev.headclip.spark.settings.{DetectOptions, ModelSpec}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.functions.{desc, size}

/** spark-submit --class Detect --jars headclip-spark-0.1.0-job.jar detect.jar IMAGES */
object Detect {
  def main(arguments: Array[String]): Unit = {
    val spark = SparkSession.builder.appName("headclip").getOrCreate()
    import spark.implicits._

    val images = spark.read.format("binaryFile").load(arguments(0))
    val found = HeadClipSpark.detect(images, ModelSpec.of("starter"), DetectOptions.defaults)
    found
      .filter($"error".isNull)
      .select($"image", $"score", $"anomalous", size($"regions").as("regions"))
      .orderBy(desc("score"))
      .show(20, truncate = false)

    // the same as a stage of a pipeline
    val stage = new AnomalyDetector().setThreshold(0.6)
    println("anomalous at 0.6: " + stage.transform(images).filter("anomalous").count)
  }
}
