"""Spark: the session, content hashes and the layout of users in blocks."""
