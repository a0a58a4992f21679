from pyspark.sql import functions as F

from steamrec.spark.partition_keys import hash_int, slots


def test_the_hash_is_sparks(spark):
    numbers = [0, 1, 2, 7, 12345, 2**31 - 1]
    rows = spark.createDataFrame([(number,) for number in numbers], "n int")
    assert [row[0] for row in rows.select(F.hash("n")).collect()] == list(map(hash_int, numbers))


def test_every_partition_gets_its_key(spark):
    keys = slots(24)
    frame = spark.createDataFrame([(key,) for key in keys], "slot int").repartition(24, "slot")
    placed = frame.select("slot", F.spark_partition_id()).collect()
    assert dict(placed) == {key: partition for partition, key in enumerate(keys)}
