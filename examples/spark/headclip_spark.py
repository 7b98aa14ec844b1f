"""HeadCLIP from PySpark: the JVM does the work, rows never pass through Python.

    spark-submit --jars headclip-spark-0.1.0-job.jar headclip_spark.py IMAGES [MODEL]

Needs a classic Spark session: Spark Connect has no JVM gateway.
"""

import sys

from pyspark.sql import DataFrame, SparkSession


def detect(images: DataFrame, model: str = "starter", **params) -> DataFrame:
    """Scores a data frame of images (as spark.read.format("binaryFile") gives them).

    params are those of dev.headclip.spark.AnomalyDetector: threshold=0.6, maps=True,
    features=True, className="screw", settings="lambda=0.5", contentCol="bytes" ...
    """
    spark = images.sparkSession
    detector = spark._jvm.dev.headclip.spark.AnomalyDetector().setModel(model)
    for name, value in params.items():
        getattr(detector, "set" + name[0].upper() + name[1:])(value)
    return DataFrame(detector.transform(images._jdf), spark)


def batched(images: DataFrame, model: str = "starter", group: str = None, **compare) -> DataFrame:
    """Unlabelled images by one another, those of each value of a column by themselves."""
    spark = images.sparkSession
    jvm = spark._jvm
    settings = jvm.dev.headclip.spark.settings
    how = settings.CompareOptions.defaults()
    for key, value in compare.items():
        how = getattr(how, "with")(key, str(value))
    prepared = jvm.dev.headclip.spark.HeadClipSpark.prepare(
        spark._jsparkSession,
        settings.ModelSpec.of(model),
        settings.DetectOptions.defaults(),
    )
    return DataFrame(
        prepared.batched(images._jdf, how, jvm.java.util.Optional.ofNullable(group)), spark
    )


if __name__ == "__main__":
    session = SparkSession.builder.appName("headclip").getOrCreate()
    found = detect(session.read.format("binaryFile").load(sys.argv[1]), *sys.argv[2:3])
    for row in found.orderBy(found.score.desc_nulls_last()).collect():
        print(row.image, row.error if row.score is None else "%.3f %s" % (row.score, row.anomalous))
    session.stop()
