"""Stages, and the rule by which each one runs again."""
