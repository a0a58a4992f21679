import pytest

from steamrec.spark.memory import driver_memory, machine_memory, memory_bytes

GB = 2**30


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4g", 4 * GB),
        ("4GB", 4 * GB),
        ("512m", GB // 2),
        ("2", 2 * 2**20),
        ("1 kb", 1024),
        ("7b", 7),
        ("much", None),
        ("1.5g", None),
        ("", None),
        ("-1g", None),
    ],
)
def test_sizes_as_spark_writes_them(text, size):
    assert memory_bytes(text) == size


def test_the_driver_gets_no_more_than_the_machine_has():
    assert driver_memory(4 * GB, 16 * GB) == 4 * GB
    assert driver_memory(4 * GB, None) == 4 * GB
    for total in (1, 2, 3.8, 5):
        assert driver_memory(4 * GB, int(total * GB)) == int(0.6 * int(total * GB))
    assert (machine_memory() or GB) > 2**28
