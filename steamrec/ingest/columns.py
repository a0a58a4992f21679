"""The columns that are read from external tables, found by their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from steamrec.errors import UsageError

_MAX_SHOWN = 20


@dataclass(frozen=True)
class Column:
    """A wanted column: its role here, its name in the files, and the setting of that name.

    With `many` its values are lists of ids.
    """

    role: str
    name: str
    setting: str
    many: bool = False


@dataclass(frozen=True)
class ColumnOrigin:
    """Where a file has a column: at a position among its columns, or as a value in its path."""

    position: int | None
    value: str | None = None


def find_columns(
    columns: Sequence[Column],
    present: Sequence[str],
    partition: dict[str, str | None],
    path: str,
) -> tuple[ColumnOrigin, ...]:
    """Where each of `columns` is among the names `present` in a file, or in `partition`.

    Case and blanks around a name do not matter. Raises UsageError when a column is missing or
    there twice.
    """
    return tuple(_find(column, present, partition, path) for column in columns)


def _find(
    column: Column, present: Sequence[str], partition: dict[str, str | None], path: str
) -> ColumnOrigin:
    wanted = plain(column.name)
    positions = [position for position, name in enumerate(present) if plain(name) == wanted]
    if len(positions) > 1:
        raise UsageError(
            f"The input {path} has {len(positions)} columns {column.name!r}; leave one, or name "
            f"another in {column.setting}."
        )
    if positions:
        return ColumnOrigin(positions[0])
    if wanted in partition:
        return ColumnOrigin(None, partition[wanted])
    there = [repr(name.strip()) for name in [*present, *partition]]
    more = f" and {len(there) - _MAX_SHOWN} more" if len(there) > _MAX_SHOWN else ""
    raise UsageError(
        f"The input {path} has no column {column.name!r} ({column.setting}); it has the columns "
        f"{', '.join(there[:_MAX_SHOWN]) or 'of no name'}{more}."
    )


def plain(name: str) -> str:
    """A column's name as names are compared."""
    return name.strip().casefold()


def partition_values(relative: str) -> dict[str, str | None]:
    """The columns that the folders of a file's relative path give, as user=5/part.parquet does.

    Names are plain(); a value is unescaped, and None for Hive's mark of a missing one.
    """
    pairs = [folder.split("=", 1) for folder in relative.split("/")[:-1] if "=" in folder]
    values = {
        plain(unquote(name)): unquote(value, errors="surrogateescape") for name, value in pairs
    }
    return {
        name: None if value == "__HIVE_DEFAULT_PARTITION__" else value
        for name, value in values.items()
    }
