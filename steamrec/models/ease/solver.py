"""Choosing between dense and sparse weights by the memory that the dense ones take."""

from steamrec.errors import RunError

# EASE computes the inverse in the memory of the Gram matrix, float32; the rest is for tiles.
EASE_BYTES = 5
# Beside EASE's the ranker holds how many users own both of two items.
RANKER_BYTES = 9
PART_OF_MEMORY = 0.5


def dense_bytes(items: int, per_cell: int = EASE_BYTES) -> int:
    """The memory that square matrices of `items` items take while they are fitted, in bytes."""
    return per_cell * items**2


def choose_solver(wanted: str, items: int, memory: int | None) -> str:
    """ "dense" or "sparse": `wanted`, or under "auto" what fits `memory` (bytes; None: unknown).

    Raises RunError where dense weights are wanted and cannot fit.
    """
    if wanted == "dense":
        check_dense("ease", items, EASE_BYTES, memory, "set train.ease.solver to sparse")
    if wanted != "auto":
        return wanted
    fits = memory is None or dense_bytes(items) <= PART_OF_MEMORY * memory
    return "dense" if fits else "sparse"


def check_dense(model: str, items: int, per_cell: int, memory: int | None, advice: str) -> None:
    """Raise RunError, with `advice`, where dense matrices of `items` items exceed `memory`."""
    needed = dense_bytes(items, per_cell)
    if memory is not None and needed > memory:
        raise RunError(
            f"train/{model}: dense weights of {items:,} items take {needed / 2**30:,.1f} GB, and "
            f"the machine has {memory / 2**30:,.1f}; {advice}."
        )
