"""Searching a model's settings by its validation metric."""
