"""Reading in Python the lines that the JVM is not trusted with; runs on the executors."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from steamrec.literal.read import UnreadableError
from steamrec.literal.record import Library, read_library
from steamrec.tables import ITEMS_TYPE

if TYPE_CHECKING:
    import pyarrow as pa

# A line's place, then its record or the reason why it has none.
READ = (
    "file string, block bigint, row bigint, user_id string, items_count int, steam_id string, "
    f"user_url string, items {ITEMS_TYPE}, reason string, line string"
)
EMPTY = (None, None, None, None, None)


def read_lines(batches: "Iterator[pa.RecordBatch]", keep: int) -> "Iterator[pa.RecordBatch]":
    """Rows of READ from rows (file, block, row, line binary, reason).

    A row that comes with a reason keeps it. Of a refused line `keep` characters are kept.
    """
    import pyarrow as pa

    item = pa.struct(
        [
            ("item_id", pa.string()),
            ("item_name", pa.string()),
            ("playtime_forever", pa.int64()),
            ("playtime_2weeks", pa.int64()),
        ]
    )
    kinds = [pa.string(), pa.int64(), pa.int64(), pa.string(), pa.int32(), pa.string()]
    kinds += [pa.string(), pa.list_(item), pa.string(), pa.string()]
    names = [field.split()[0] for field in READ.replace(ITEMS_TYPE, "array").split(", ")]
    for batch in batches:
        for row in batch.to_pylist():  # one line at a time: a batch of long lines stays small
            record, reason = _read(row["line"], row["reason"])
            place = (row["file"], row["block"], row["row"])
            kept = None if reason is None else _shown(row["line"], keep)
            values = (*place, *record[:4], _items(record), reason, kept)
            arrays = [pa.array([value], kind) for value, kind in zip(values, kinds, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, names=names)


def _read(line: bytes, reason: str | None) -> "tuple[Library | tuple[None, ...], str | None]":
    if reason is not None:
        return EMPTY, reason
    try:
        return read_library(line), None
    except UnreadableError as error:
        return EMPTY, str(error)


def _items(record: "Library | tuple[None, ...]") -> "list[dict[str, object]] | None":
    if record[4] is None:
        return None
    names = ("item_id", "item_name", "playtime_forever", "playtime_2weeks")
    return [dict(zip(names, item, strict=True)) for item in record[4]]


def _shown(line: bytes, keep: int) -> str:
    """The line's head as text; bytes that are no UTF-8 are written as \\xNN."""
    text = line[: 4 * keep].decode("utf-8", errors="backslashreplace")[:keep]
    return text.replace("\0", "\\x00")
