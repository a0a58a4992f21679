"""Tables as the context writes and reads them."""

from pyspark.sql import functions as F

from steamrec.data.tables import Table
from steamrec.spark.content_hash import content_hash

TABLE = Table("some/table", {"id": "int", "names": "array<string>", "at": "bigint"}, ("at",))


def test_a_write_tells_what_reading_the_table_again_would(make_context, spark):
    context = make_context()
    frame = spark.range(1000).select(
        "id",
        F.array(F.col("id").cast("string"), F.lit(None)).alias("names"),
        F.col("id").alias("at"),
    )
    # Three tasks, and columns in another order and of other types than the table's.
    figures = context.write(
        frame.repartition(3).select("at", "names", "id"), TABLE, largest=F.max("id")
    )
    assert figures == {"rows": 1000, "largest": 999}
    again = content_hash(context.read(TABLE), TABLE.hashed)
    assert context.written[TABLE.name] == again
    assert context.count(TABLE) == 1000
    local = context.read_local(TABLE, "at", "id")
    assert list(local.columns) == ["at", "id"]
    assert sorted(local["id"]) == list(range(1000))


def test_an_empty_table_is_written_whole(make_context, spark):
    context = make_context()
    frame = spark.range(10).select("id", F.array().alias("names"), F.col("id").alias("at"))
    for nothing in (F.lit(False), F.col("id") < 0):
        assert context.write(frame.where(nothing), TABLE, n=F.sum("id")) == {"rows": 0, "n": None}
        assert context.written[TABLE.name] == (0, "0" * 32)
        assert context.count(TABLE) == context.read(TABLE).count() == 0
        assert len(context.read_local(TABLE, "id")) == 0
