from pyspark.sql import functions as F

from steamrec.spark.partition_keys import hash_int, partition_keys


def test_the_hash_is_sparks(spark):
    numbers = [0, 1, 2, 7, 12345, 2**31 - 1]
    rows = spark.createDataFrame([(number,) for number in numbers], "n int")
    assert [row[0] for row in rows.select(F.hash("n")).collect()] == list(map(hash_int, numbers))


def test_every_partition_gets_its_key(spark):
    keys = partition_keys(24)
    frame = spark.createDataFrame([(key,) for key in keys], "key int").repartition(24, "key")
    placed = frame.select("key", F.spark_partition_id()).collect()
    assert dict(placed) == {key: partition for partition, key in enumerate(keys)}
