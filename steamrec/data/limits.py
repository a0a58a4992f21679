"""How much the numbers in the tables and models hold, checked before anything would overflow."""

from steamrec.errors import RunError, UsageError

# A pair travels as one long of which 31 bits are the item's and 2 its kind (user_batches.py).
MOST_USERS = 1 << 30
MOST_ITEMS = (1 << 31) - 1
# A place is line << POSITION_BITS | position in the library.
POSITION_BITS = 20
MOST_LINES = 1 << (63 - POSITION_BITS)
# A float32 holds all whole numbers up to here.
MOST_EXACT = 1 << 24
# Three items in a row are one int64 key: (a * items + j) * items + b.
MOST_RANKER_ITEMS = 1 << 21


def check_libraries(lines: int, largest: int) -> None:
    """Raise UsageError unless every item of every line gets a place of its own.

    `largest`: the number of items on the line with the most.
    """
    if largest > 1 << POSITION_BITS:
        raise UsageError(
            f"A library of the input has {largest:,} items, and one may have at most "
            f"{1 << POSITION_BITS:,}; split it over several lines or leave it out."
        )
    check_count(lines, "lines", MOST_LINES)


def check_count(count: int, what: str, most: int) -> None:
    """Raise UsageError when there are more of `what` (a plural) than `most`."""
    if count > most:
        raise UsageError(
            f"The input has {count:,} {what}, and steamrec takes at most {most:,}; give a smaller "
            "input."
        )


def check_exact_counts(owners: int, model: str) -> None:
    """Raise RunError when the most owned item has more owners than a float32 counts exactly."""
    if owners > MOST_EXACT:
        raise RunError(
            f"An item has {owners:,} owners, and the model '{model}' counts at most {MOST_EXACT:,} "
            "exactly; take it out of train.models or give a smaller input."
        )


def check_ranker_items(items: int) -> None:
    """Raise RunError when a key cannot hold three items."""
    if items > MOST_RANKER_ITEMS:
        raise RunError(
            f"The catalogue has {items:,} items, and the model 'ranker' takes at most "
            f"{MOST_RANKER_ITEMS:,}; take it out of train.models or raise prepare.min_items."
        )
