"""A nightly batch recommender for Steam libraries: Spark, Petastorm and TensorFlow."""

__version__ = "0.4.0"
