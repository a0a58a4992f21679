"""The networks of the library with the default settings."""

from typing import Any

from steamrec.models.ncf.registry import find_network
from steamrec.models.settings import load_settings


def build(name: str, users: int, items: int, seed: int = 1) -> Any:
    """Network `name` as a keras.Model."""
    return find_network(name).build(users, items, getattr(load_settings(None).train, name), seed)
