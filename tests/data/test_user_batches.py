from steamrec.data.spark_batches import user_blocks
from steamrec.data.user_batches import read_pairs

USERS, SIZE = 23, 4
ITEM = 2**31 - 1  # the greatest that there can be
OWNERS = {1: [(0, 3), (0, 1), (5, ITEM), (22, 2)], 0: [(0, 2), (4, 0)]}
PLACES = {(0, 2): 7, (4, 0): 9}


def gathered(batches):
    """What the reader makes of each block, as text."""
    import pyarrow as pa

    for number, kinds in read_pairs(batches, 2):
        found = [
            [(int(pair) >> 32, int(pair) & 0xFFFFFFFF, int(place)) for pair, place in pairs]
            for pairs in (zip(kind.packed, kind.places, strict=True) for kind in kinds)
        ]
        yield pa.RecordBatch.from_pydict(
            {"block": pa.array([number], pa.int32()), "found": [repr(found)]}
        )


def test_pairs_come_by_block_and_kind_in_order(spark):
    placed = spark.createDataFrame(
        [(*pair, PLACES[pair]) for pair in OWNERS[0]], "user int, item int, place long"
    )
    plain = spark.createDataFrame(OWNERS[1], "user int, item int")
    blocks = user_blocks(SIZE, placed, plain, placed=True)
    rows = blocks.mapInArrow(gathered, "block int, found string").collect()
    assert {row["block"]: eval(row["found"]) for row in rows} == {
        0: [[(0, 2, 7)], [(0, 1, 0), (0, 3, 0)]],
        1: [[(4, 0, 9)], [(5, ITEM, 0)]],
        5: [[], [(22, 2, 0)]],
    }
    assert len(rows) == 3  # each block whole
