"""What a check says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One check's result: what it looked at, what it found, and what to do when that is wrong.

    An empty `advice` means that all is well.
    """

    name: str
    found: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to do."""
        return not self.advice
