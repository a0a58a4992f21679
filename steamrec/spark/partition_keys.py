"""Sending rows to a partition of one's choice."""

_MASK = 0xFFFFFFFF
_SEED = 42  # Spark's


def partition_keys(partitions: int) -> list[int]:
    """For each partition p an int that `repartition(partitions, column)` sends to p.

    Spark places a row by a hash of the column; plain partition numbers would collide there.
    """
    keys: dict[int, int] = {}
    number = 0
    while len(keys) < partitions:
        keys.setdefault(hash_int(number) % partitions, number)
        number += 1
    return [keys[partition] for partition in range(partitions)]


def hash_int(number: int) -> int:
    """Spark's `hash` of an int column: MurmurHash3 (x86, 32 bits) of its four bytes."""
    mixed = number * 0xCC9E2D51 & _MASK
    mixed = _rotated(mixed, 15) * 0x1B873593 & _MASK
    value = _rotated(_SEED ^ mixed, 13) * 5 + 0xE6546B64 & _MASK
    value ^= 4  # bytes
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    value ^= value >> 16
    return value - (1 << 32) if value >> 31 else value


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _MASK
