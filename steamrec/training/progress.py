"""A progress bar on a terminal; in a log, the epoch's one line says it all."""

import sys
from typing import Any

from tqdm import tqdm


class Progress:
    """The bar of one epoch: rows, loss, rows per second, time left."""

    def __init__(self, name: str, epoch: int, rows: int) -> None:
        self._bar = tqdm(
            total=rows,
            desc=f"{name} epoch {epoch}",
            unit="rows",
            unit_scale=True,
            leave=False,
            disable=not sys.stderr.isatty(),
        )

    def update(self, rows: int, loss: float) -> None:
        """Show that `rows` rows are done and what the loss is."""
        self._bar.update(min(rows, self._bar.total) - self._bar.n)
        self._bar.set_postfix(loss=f"{loss:.4f}", refresh=False)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.close()
