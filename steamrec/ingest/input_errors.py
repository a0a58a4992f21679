"""Errors in an input file, raised by a worker and reported by the driver."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from steamrec.errors import RunError

# As Arrow says it, and isal.
_ENDS_EARLY = ("Truncated compressed stream", "end-of-stream marker")


class DamagedFileError(Exception):
    """An input file that cannot be read to its end; the message is one line."""


def damaged(path: str, error: Exception) -> DamagedFileError:
    """The exception that says what `error` means for the file at `path`."""
    why = " ".join(str(error).split())
    if isinstance(error, FileNotFoundError):
        return DamagedFileError(f"The input {path} was removed while it was read; run again.")
    if any(sign in why for sign in _ENDS_EARLY):
        return DamagedFileError(
            f"The input {path} is cut short: its compressed data ends too early; "
            "get a whole copy and run again."
        )
    return DamagedFileError(f"The input {path} is damaged ({why}); get a whole copy and run again.")


@contextmanager
def explained() -> Iterator[None]:
    """Raise a RunError in place of Spark's error about a DamagedFileError; leave others alone."""
    try:
        yield
    except Exception as error:
        found = re.search(rf"{DamagedFileError.__name__}: (.+)", str(error))
        if found is None:
            raise
        raise RunError(found[1]) from error
