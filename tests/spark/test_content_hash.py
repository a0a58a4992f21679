"""No two different tables may have the same hash, and the same rows always have."""

from itertools import combinations

from pyspark.sql import functions as F

from steamrec.spark.content_hash import content_hash, row_hashes

DDL = (
    "a string, b string, genres array<string>, tags array<string>, deep array<array<int>>, "
    "inner struct<x:string,y:string>, list array<struct<x:string,y:array<string>>>, "
    "small int, large bigint, number double, raw binary, flag boolean"
)
EMPTY = dict.fromkeys(name.split()[0] for name in DDL.split(", "))

# Each row differs from all others, in a way that a hash of the flat values would not see.
ROWS = [
    {},
    {"a": "x"}, {"b": "x"}, {"a": ""}, {"b": ""}, {"a": "x", "b": ""}, {"a": "", "b": "x"},
    {"genres": ["x"]}, {"tags": ["x"]}, {"genres": []}, {"tags": []}, {"genres": [], "tags": []},
    {"genres": ["x", "y"]}, {"genres": ["xy"]}, {"genres": ["x"], "tags": ["y"]},
    {"genres": ["y", "x"]}, {"genres": [], "tags": ["x", "y"]},
    {"genres": [None]}, {"genres": [""]}, {"genres": [None, "x"]}, {"genres": ["x", None]},
    {"genres": ["x"], "tags": [None]}, {"genres": ["x", None, None]},
    {"deep": []}, {"deep": [[]]}, {"deep": [None]}, {"deep": [[], []]}, {"deep": [[None]]},
    {"deep": [[1, 2]]}, {"deep": [[1], [2]]}, {"deep": [[1, 2], []]}, {"deep": [[], [1, 2]]},
    {"deep": [[1, None], [2]]}, {"deep": [[1], [None, 2]]},
    {"inner": (None, None)}, {"inner": ("x", None)}, {"inner": (None, "x")},
    {"list": []}, {"list": [None]}, {"list": [(None, None)]}, {"list": [("x", None)]},
    {"list": [(None, ["x"])]}, {"list": [("x", []), (None, None)]}, {"list": [("x", []), None]},
    {"list": [("x", ["y"]), (None, ["z"])]}, {"list": [("x", ["y", None]), (None, ["z"])]},
    {"list": [("x", ["y", "z"]), (None, [])]}, {"list": [(None, ["x"]), ("y", ["z"])]},
    {"small": 0}, {"large": 0}, {"number": 0.0}, {"raw": b""}, {"raw": b"x"}, {"flag": False},
    {"small": 1}, {"large": 1}, {"number": 1.0}, {"flag": True},
    {"number": float("nan")}, {"number": float("inf")}, {"number": 5e-324},
]  # fmt: skip


def table(spark, rows, ddl=DDL):
    return spark.createDataFrame([tuple((EMPTY | row).values()) for row in rows], ddl)


def test_rows_that_differ_in_anything_have_other_hashes(spark):
    frame = table(spark, ROWS)
    hashes = frame.select(*row_hashes(frame, list(EMPTY))).collect()
    for number in range(2):
        same = [
            (ROWS[one], ROWS[other])
            for one, other in combinations(range(len(ROWS)), 2)
            if hashes[one][number] == hashes[other][number]
        ]
        assert not same


def test_numbers_that_spark_holds_for_equal_hash_alike(spark):
    frame = spark.sql("SELECT explode(array(0.0D, -0.0D)) AS x")
    assert len({tuple(row) for row in frame.select(*row_hashes(frame, ["x"])).collect()}) == 1
    nan = spark.sql("SELECT explode(array(double('NaN'), -double('NaN'))) AS x")
    assert len({tuple(row) for row in nan.select(*row_hashes(nan, ["x"])).collect()}) == 1


def test_order_and_partitions_change_nothing_and_every_row_counts(spark):
    frame = table(spark, ROWS)
    columns = list(EMPTY)
    rows, hashed = content_hash(frame, columns)
    assert rows == len(ROWS)
    assert content_hash(table(spark, ROWS[::-1]).repartition(7), columns) == (rows, hashed)
    assert content_hash(frame.coalesce(1), columns) == (rows, hashed)
    twice = content_hash(table(spark, [*ROWS, ROWS[1]]), columns)
    other = content_hash(table(spark, [*ROWS, ROWS[2]]), columns)
    assert len({hashed, twice[1], other[1]}) == 3
    assert content_hash(frame.limit(0), columns) == (0, "0" * 32)


def test_names_types_and_the_order_of_columns_count(spark):
    frame = table(spark, [{"a": "x", "b": "y", "small": 5}])
    tables = [
        (frame, ["a", "b"]),
        (frame, ["b", "a"]),
        (frame.selectExpr("a AS b", "b AS a"), ["b", "a"]),
        (frame, ["a"]),
        (frame, ["small"]),
        (frame.select(F.col("small").cast("bigint")), ["small"]),
        (frame.select(F.col("small").cast("string")), ["small"]),
    ]
    assert len({content_hash(*given) for given in tables}) == len(tables)
    assert content_hash(frame.select("b", "a"), ["a", "b"]) == content_hash(frame, ["a", "b"])
