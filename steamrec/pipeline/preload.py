"""Importing TensorFlow while Spark works: five seconds of a core that nobody waits for."""

import contextlib
import threading
from collections.abc import Sequence
from importlib import import_module

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.models.registry import MODELS
from steamrec.pipeline.rule import reason_to_run
from steamrec.pipeline.stage import Stage

TRAIN = "steamrec.pipeline.stages.train:run"
NETWORKS = "steamrec.training.tensorflow_quiet"
# What both threads need is there before they part: two threads that import parts of one library in
# another order may see a half of it.
SHARED = ("numpy", "pandas", "pyarrow.parquet", "pyspark.sql.functions", "fsspec")


def preload_networks(stages: Sequence[Stage], context: Context) -> None:
    """Start to import what networks are fitted with, where the next `stages` will come to one."""
    fitted = [stage for stage in stages if _fits_network(stage)]
    if not fitted or fitted[0] is stages[0] or not _will_run((stages[0], fitted[0]), context):
        return
    for name in SHARED:
        import_module(name)
    # Not a daemon: a process that ended in the middle of the import would crash.
    threading.Thread(target=_import_networks, name="preload").start()


def _import_networks() -> None:
    with contextlib.suppress(Exception):  # whoever needs it says what is wrong
        import_module(NETWORKS)


def _fits_network(stage: Stage) -> bool:
    model = stage.arguments.get("model", "")
    return stage.run == TRAIN and model in MODELS and bool(MODELS[model].network)


def _will_run(stages: Sequence[Stage], context: Context) -> bool:
    """Whether any of the stages has a reason to run, by what is known before the night."""
    with contextlib.suppress(UsageError):
        return context.fresh or any(reason_to_run(stage, context) for stage in stages)
    return False
