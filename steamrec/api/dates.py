"""A night's date, as a caller gives it."""

import re
from datetime import date as day

from steamrec.errors import UsageError

FIRST, LAST = 1970, 2199  # years; another one is a slip, and its run would look like the newest


def date_text(date: str | day | None) -> str:
    """The date as YYYY-MM-DD, today's for None; raises UsageError."""
    if date is None:
        return day.today().isoformat()
    if isinstance(date, day):
        return _in_range(date)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date, re.ASCII):
            raise ValueError
        return _in_range(day.fromisoformat(date))
    except (ValueError, TypeError):
        raise UsageError(f"A date is written as YYYY-MM-DD, not {date!r}.") from None


def _in_range(date: day) -> str:
    if not FIRST <= date.year <= LAST:
        raise UsageError(f"A date is in the years {FIRST} to {LAST}, not {date.isoformat()}.")
    return date.isoformat()
