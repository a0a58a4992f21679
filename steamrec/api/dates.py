"""A night's date, as a caller gives it."""

import re
from datetime import date as day

from steamrec.errors import UsageError


def date_text(date: str | day | None) -> str:
    """The date as YYYY-MM-DD, today's for None; raises UsageError."""
    if date is None:
        return day.today().isoformat()
    if isinstance(date, day):
        return f"{date:%Y-%m-%d}"
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date, re.ASCII):
            raise ValueError
        return day.fromisoformat(date).isoformat()
    except (ValueError, TypeError):
        raise UsageError(f"A date is written as YYYY-MM-DD, not {date!r}.") from None
