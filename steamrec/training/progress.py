"""A progress bar on a terminal; in a log, the epoch's one line says it all."""

import sys
from typing import Any

from tqdm import tqdm


class Progress:
    """The bar of one epoch: steps, loss, rows a second, time left."""

    def __init__(self, name: str, epoch: int, steps: int, rows_per_step: int) -> None:
        self._rows_per_step = rows_per_step
        self._bar = tqdm(
            total=steps * rows_per_step,
            desc=f"{name} epoch {epoch}",
            unit="rows",
            unit_scale=True,
            leave=False,
            disable=not sys.stderr.isatty(),
        )

    def update(self, steps: int, loss: float) -> None:
        """Show that `steps` steps are done and what the loss is."""
        self._bar.update(steps * self._rows_per_step - self._bar.n)
        self._bar.set_postfix(loss=f"{loss:.4f}", refresh=False)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.close()
