"""What is wrong with an input file, said once by a worker and once by the driver."""

import re

from steamrec.errors import RunError

_ENDS_EARLY = ("Truncated compressed stream", "end-of-stream marker", "Truncated zstd")


class DamagedFile(Exception):  # noqa: N818
    """An input file that cannot be read to its end; the message is one line for people."""


def damaged(path: str, error: Exception) -> DamagedFile:
    """The exception that says what `error` means for the file at `path`."""
    why = " ".join(str(error).split())
    if isinstance(error, FileNotFoundError):
        return DamagedFile(f"The input {path} was removed while it was read; run again.")
    if any(sign in why for sign in _ENDS_EARLY):
        return DamagedFile(
            f"The input {path} is cut short: its compressed data ends too early; "
            "get a whole copy and run again."
        )
    return DamagedFile(f"The input {path} is damaged ({why}); get a whole copy and run again.")


def explain(error: Exception) -> RunError | None:
    """The RunError for Spark's `error` about a DamagedFile; None when it is about another."""
    found = re.search(rf"{DamagedFile.__name__}: (.+)", str(error))
    return RunError(found[1]) if found else None
