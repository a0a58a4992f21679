"""Fitted models: plain arrays and JSON on disk, NumPy scorers in memory."""
