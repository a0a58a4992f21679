"""Choosing between dense and sparse weights by the memory that the dense ones take."""

from steamrec.errors import RunError

# EASE computes the inverse in the memory of the Gram matrix, float32; the rest is for tiles.
BYTES_PER_CELL = 5
PART_OF_MEMORY = 0.5


def dense_bytes(items: int) -> int:
    """The memory that dense weights of `items` items take while they are fitted, in bytes."""
    return BYTES_PER_CELL * items**2


def choose_solver(wanted: str, items: int, memory: int | None) -> str:
    """ "dense" or "sparse": `wanted`, or under "auto" what fits `memory` (bytes; None: unknown).

    Raises RunError where dense weights are wanted and cannot fit.
    """
    needed = dense_bytes(items)
    if wanted == "dense" and memory is not None and needed > memory:
        raise RunError(
            f"train/ease: dense weights of {items:,} items take {needed / 2**30:,.1f} GB, and the "
            f"machine has {memory / 2**30:,.1f}; set train.ease.solver to sparse."
        )
    if wanted != "auto":
        return wanted
    fits = memory is None or needed <= PART_OF_MEMORY * memory
    return "dense" if fits else "sparse"
