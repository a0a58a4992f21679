"""Synthetic Steam files in the raw format, of any size."""
