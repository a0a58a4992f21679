"""A bar for Spark's running stages on a terminal, with the time left; nothing in a log."""

import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark import SparkContext

INTERVAL = 0.5  # seconds between two looks
PATIENCE = 2.0  # a stage that takes less is not shown
BAR = "{desc} {percentage:3.0f}% |{bar:30}| {n_fmt}/{total_fmt} tasks, {elapsed}, {remaining} left"


_label = "Spark"


def name_bar(stage: str) -> None:
    """Have the bars from here on say that the night's stage `stage` is running."""
    global _label
    _label = stage


def show_progress(context: "SparkContext") -> None:
    """Show the running stages of `context` until the process ends, if there is a terminal."""
    if sys.stderr.isatty():
        threading.Thread(target=_watch, args=(context,), daemon=True, name="progress").start()


def _watch(context: "SparkContext") -> None:
    tracker = context.statusTracker()
    bar: Any = None
    shown = -1
    pause = threading.Event()
    while not pause.wait(INTERVAL):
        try:
            running = sorted(tracker.getActiveStageIds())
            stage = tracker.getStageInfo(running[0]) if running else None
        except Exception:
            stage, running = None, [-2]  # the session is being stopped: the last look
        if bar is not None and (stage is None or stage.stageId != shown):
            bar.close()
            bar = None
        if running == [-2]:
            return
        if stage is None:
            continue
        if bar is None:
            bar, shown = _new_bar(stage.stageId, stage.numTasks), stage.stageId
        bar.n = stage.numCompletedTasks
        if time.time() - bar.start_t >= PATIENCE:
            bar.refresh()


def _new_bar(stage: int, tasks: int) -> Any:
    from tqdm import tqdm

    return tqdm(
        desc=f"{_label} (Spark stage {stage})",
        total=tasks,
        bar_format=BAR,
        leave=False,
        delay=PATIENCE,
    )
