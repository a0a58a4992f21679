"""Ranking: ranks, metrics, intervals and top-k lists, pure NumPy."""
