"""TensorFlow, imported with its start-up chatter off and its threads bounded."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its sums differ from run to run
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import tensorflow as tf

tf.get_logger().setLevel("ERROR")

__all__ = ["keras", "tf"]
