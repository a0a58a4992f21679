"""TensorFlow, imported with its start-up chatter off and its memory kept.

A training step allocates and frees some hundred megabytes. Left to itself, glibc hands them
back to the kernel each time, and the page faults took 37 % of the processor's time.
"""

import contextlib
import ctypes
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# What changes the numbers is set here, whatever is in the user's shell or ~/.keras/keras.json.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # its sums differ from run to run
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.pop("TF_XLA_FLAGS", None)
os.environ.pop("NVIDIA_TF32_OVERRIDE", None)
os.environ.pop("KERAS_MAX_EPOCHS", None)
os.environ.pop("KERAS_MAX_STEPS_PER_EPOCH", None)
os.environ.pop("KERAS_NNX_ENABLED", None)
# A compiled function stays on one thread, as all operations here do (below); the last flag wins.
os.environ["XLA_FLAGS"] = (
    f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
)

import keras
import tensorflow as tf

# mallopt's parameters (malloc.h): one arena, no block from mmap (a threshold does not hold:
# TensorFlow sets its own later), and a heap that is not trimmed.
_MALLOC_SETTINGS = {"arenas": (-8, 1), "mmap blocks": (-4, 0), "trim above": (-1, 2**31 - 1)}
with contextlib.suppress(OSError, AttributeError):  # another C library keeps its own ways
    for _parameter, _value in _MALLOC_SETTINGS.values():
        ctypes.CDLL("libc.so.6").mallopt(_parameter, _value)

keras.config.set_floatx("float32")
keras.config.set_dtype_policy("float32")
keras.config.set_epsilon(1e-7)
keras.config.set_image_data_format("channels_last")

tf.get_logger().setLevel("ERROR")
with contextlib.suppress(RuntimeError):  # it runs already
    # An operation stays on one thread, so that its sums have one order, and operations run side
    # by side, on a micro-batch each: the same weights on any number of cores.
    tf.config.threading.set_intra_op_parallelism_threads(1)

__all__ = ["keras", "tf"]
