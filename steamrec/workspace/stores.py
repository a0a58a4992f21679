"""Which steps an fsspec file system can do in one step."""

from typing import Any

from steamrec.workspace.conditional_store import PROTOCOLS, ConditionalStore
from steamrec.workspace.local_store import LocalStore
from steamrec.workspace.renaming_store import RenamingStore
from steamrec.workspace.store import Store


def store_of(files: Any, local: bool) -> Store:
    """The steps that an fsspec file system can do in one step."""
    if local:
        return LocalStore(files)
    if hasattr(files, "rename_over"):
        return RenamingStore(files)
    protocols = (files.protocol,) if isinstance(files.protocol, str) else files.protocol
    return (ConditionalStore if set(protocols) & set(PROTOCOLS) else Store)(files)
