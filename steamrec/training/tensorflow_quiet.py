"""TensorFlow, imported with its start-up chatter off and its memory kept.

A training step allocates and frees some hundred megabytes. Left to itself, glibc hands them
back to the kernel each time, and the page faults took 37 % of the processor's time.
"""

import contextlib
import ctypes
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its sums differ from run to run
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# mallopt's parameters (malloc.h): one arena, blocks up to 32 MiB from the heap, and a heap
# that is not trimmed.
_MALLOC_SETTINGS = {"arenas": (-8, 1), "mmap above": (-3, 32 << 20), "trim above": (-1, 2**31 - 1)}
with contextlib.suppress(OSError, AttributeError):  # another C library keeps its own ways
    for _parameter, _value in _MALLOC_SETTINGS.values():
        ctypes.CDLL("libc.so.6").mallopt(_parameter, _value)

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.get_logger().setLevel("ERROR")
with contextlib.suppress(RuntimeError):  # it runs already
    # An operation stays on one thread, so that its sums have one order, and operations run side
    # by side, on a micro-batch each: the same weights on any number of cores.
    tf.config.threading.set_intra_op_parallelism_threads(1)

__all__ = ["keras", "tf"]
