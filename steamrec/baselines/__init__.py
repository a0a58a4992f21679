"""Baselines fitted by Spark and linear algebra, on the same split as the networks."""
