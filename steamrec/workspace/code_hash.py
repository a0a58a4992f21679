"""The code behind a stage: the modules that it reaches, each with a hash, and their libraries.

A stage that was run by other code is run again; no version needs raising. The hash is of what a
module does (its syntax tree without docstrings), so comments and layout do not count.
"""

import ast
import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from typing import NamedTuple

from steamrec.errors import RunError

# What only shows or carries a night: no output depends on it. The values of settings are in each
# receipt, so their model is not part of the code.
NOT_CODE = (
    "steamrec.cli",
    "steamrec.doctor",
    "steamrec.errors",
    "steamrec.pipeline.stage",
    "steamrec.settings",
    "steamrec.spark.progress",
    "steamrec.training.progress",
    "steamrec.workspace",
)
# Libraries that a library brings along, and on which numbers depend.
BROUGHT = {"tensorflow": ("keras",), "pyspark": ("py4j",)}


class Code(NamedTuple):
    """Hashes by module, versions by library."""

    modules: dict[str, str]
    libraries: dict[str, str]


@cache
def code_of(entries: tuple[str, ...]) -> Code:
    """The modules reached by imports from `entries` (module names), and the libraries they use.

    Followed are imports anywhere in a file, of the packages that the entries belong to. Raises
    RunError for an entry without a source, whose changes could not be noticed.
    """
    for entry in entries:
        if _source(entry) is None:
            raise RunError(
                f"The source of {entry} cannot be read, so its changes cannot be noticed; "
                "install steamrec with its .py files."
            )
    waiting, modules, imported = list(entries), {}, set()
    packages = {"steamrec", *(entry.partition(".")[0] for entry in waiting)}
    while waiting:
        name = waiting.pop()
        if name in modules or f"{name}.".startswith(tuple(f"{other}." for other in NOT_CODE)):
            continue
        source = _source(name)
        if source is None:
            continue
        modules[name], named = source
        for other in named:
            if other.partition(".")[0] in packages:
                waiting.append(other)
            else:
                imported.add(other.partition(".")[0])
    return Code(dict(sorted(modules.items())), _versions(imported))


@cache
def _source(name: str) -> tuple[str, frozenset[str]] | None:
    """The hash of module `name` and the names that it imports; None if it is not a module."""
    spec = _spec(name)
    get_source = getattr(spec.loader if spec else None, "get_source", None)
    text = get_source(name) if get_source else None
    if text is None:
        return None
    tree = _without_docstrings(ast.parse(text))
    shape = ast.dump(tree)
    return hashlib.sha256(shape.encode()).hexdigest()[:12], frozenset(_imports(tree))


@cache
def _spec(name: str) -> ModuleSpec | None:
    """Where module `name` is; nothing is imported. None for what is not a module."""
    package = name.rpartition(".")[0]
    if not package:
        return find_spec(name)  # asks every importer, also those of editable installs
    parent = _spec(package)
    if parent is None or parent.submodule_search_locations is None:
        return None  # `from module import function`: the function is not a module
    return PathFinder.find_spec(name, list(parent.submodule_search_locations))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return tree


def _imports(tree: ast.Module) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _versions(names: Iterable[str]) -> dict[str, str]:
    versions = {"python": ".".join(map(str, sys.version_info[:2]))}
    for name in names:
        for library in (name, *BROUGHT.get(name, ())):
            version = _version(library)
            if version is not None:
                versions[library] = version
    return dict(sorted(versions.items()))


@cache
def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None  # a module of Python's own
