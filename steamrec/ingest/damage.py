"""Spark's errors about damaged input, as one sentence."""

import re
from urllib.parse import unquote

from steamrec.errors import RunError

# How the zstd reader names a file it cannot read; Spark names its own.
UNREADABLE_FILE = "The input file cannot be read"
_FILE = re.compile(
    rf"Encountered error while reading file (\S+)\.\s|{UNREADABLE_FILE}: (.+?) \(", re.DOTALL
)
_CAUSE = re.compile(r"^Caused by: (.+)$", re.MULTILINE)
_ENDS_EARLY = (
    "Unexpected end of input stream",
    "unexpected end of stream",
    "EOFException",
    "Truncated compressed stream",
)


def explain(error: Exception) -> RunError | None:
    """The RunError to raise in place of Spark's `error`; None when no input file is at fault."""
    text = str(error)
    found = _FILE.search(text)
    if found is None:
        return None
    file = unquote(re.sub(r"^file:/+", "/", found[1] or found[2]))
    if "FileNotFoundException" in text or "FILE_NOT_EXIST" in text:
        return RunError(f"The input {file} was removed while it was read; run again.")
    if "Too many bytes before newline" in text:
        return RunError(f"The input {file} has a line of 2 GiB or more; take it out and run again.")
    if any(sign in text for sign in _ENDS_EARLY):
        return RunError(
            f"The input {file} is cut short: its compressed data ends too early; "
            "get a whole copy and run again."
        )
    causes = _CAUSE.findall(text)
    why = f" ({causes[-1].strip()})" if causes else ""
    return RunError(f"The input {file} is damaged{why}; get a whole copy and run again.")
