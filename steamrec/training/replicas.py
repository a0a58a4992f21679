"""The MirroredStrategy: GPUs where there are any, logical CPU devices otherwise."""

import contextlib
from typing import Any

from steamrec.errors import UsageError
from steamrec.training.tensorflow_quiet import tf


def make_strategy(replicas: int) -> Any:
    """A tf.distribute.MirroredStrategy with `replicas` replicas (0: every GPU, or one CPU).

    Raises UsageError when this many devices cannot be had: GPUs are counted, and the number of
    logical CPU devices is settled when TensorFlow first runs in a process.
    """
    gpus = tf.config.list_logical_devices("GPU") if tf.config.list_physical_devices("GPU") else []
    if gpus and replicas > len(gpus):
        raise UsageError(
            f"train.replicas = {replicas}, but this machine has {len(gpus)} GPUs; "
            "set it to 0 for all of them."
        )
    if gpus:
        chosen = gpus[: replicas or len(gpus)]
        return tf.distribute.MirroredStrategy([device.name for device in chosen])
    wanted = replicas or 1
    cpu = tf.config.list_physical_devices("CPU")[0]
    if tf.config.get_logical_device_configuration(cpu) is None and wanted > 1:
        with contextlib.suppress(RuntimeError):  # it runs already: the check below tells
            devices = [tf.config.LogicalDeviceConfiguration()] * wanted
            tf.config.set_logical_device_configuration(cpu, devices)
    devices = tf.config.list_logical_devices("CPU")
    if len(devices) < wanted:
        raise UsageError(
            f"train.replicas = {wanted}, but TensorFlow already runs with {len(devices)} CPU "
            "devices in this process; train in a process of its own."
        )
    return tf.distribute.MirroredStrategy([device.name for device in devices[:wanted]])
