"""Spark: the session, content hashes, row numbers and random order."""
