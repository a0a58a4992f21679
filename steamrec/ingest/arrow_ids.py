"""Columns of Arrow arrays as ids: each distinct value is converted once."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from steamrec.ingest.columns import Column
from steamrec.ingest.ids import BadIdError, text_of_id

if TYPE_CHECKING:
    import pyarrow as pa


class Texts(NamedTuple):
    """Ids as an array of strings, or of lists of strings, and the reasons where there are none."""

    texts: "pa.Array"
    reasons: "pa.Array"


def refused_type(kind: "pa.DataType", many: bool) -> str | None:
    """The name of an Arrow type whose values cannot be ids (or, with `many`, lists); else None."""
    import pyarrow.types as t

    if many:
        lists = t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind)
        return refused_type(kind.value_type, False) if lists else f"{kind}, and no list of ids"
    if t.is_dictionary(kind):
        return refused_type(kind.value_type, False)
    numbers = t.is_integer(kind) or t.is_floating(kind) or t.is_decimal(kind)
    strings = t.is_string(kind) or t.is_large_string(kind)
    binary = t.is_binary(kind) or t.is_large_binary(kind) or t.is_fixed_size_binary(kind)
    if numbers or strings or binary or t.is_null(kind):
        return None
    return f"{kind}, which is not an id"


def texts_of(values: "pa.Array", column: Column) -> Texts:
    """The ids in `values` by text_of_id; a value that is not an id has a reason in place of it."""
    if column.many:
        return _lists_of(values, column)
    texts, reasons = _looked_up(values, column, f"the row has no {column.role}")
    return Texts(texts, reasons)


def plain_values(values: "pa.Array") -> "pa.Array":
    """`values` without a dictionary, and strings as bytes, since Parquet does not check UTF-8."""
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_dictionary(values.type):
        values = values.dictionary_decode()
    if t.is_string(values.type):
        return values.cast(pa.binary())
    return values.cast(pa.large_binary()) if t.is_large_string(values.type) else values


def _looked_up(values: "pa.Array", column: Column, missing: str | None) -> "tuple[Any, Any]":
    import pyarrow as pa

    codes, distinct = _distinct(plain_values(values))
    texts: list[str | None] = []
    reasons: list[str | None] = []
    for value in [*distinct, None]:
        try:
            text, reason = text_of_id(value), None
        except BadIdError as error:
            text, reason = None, f"the {column.role} {error}"
        texts.append(text)
        reasons.append(reason if text is not None or reason else missing)
    positions = pa.array(codes)
    return tuple(pa.array(each, pa.string()).take(positions) for each in (texts, reasons))


def _distinct(values: "pa.Array") -> "tuple[np.ndarray[Any, Any], list[Any]]":
    """A code for each value and the values of the codes; a null's code is one past the last."""
    encoded = values.dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    return encoded.indices.fill_null(len(distinct)).to_numpy(), distinct


def _lists_of(values: "pa.Array", column: Column) -> Texts:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_list(values.type):  # the sizes of other kinds have their own rules
        values = pa.array(values.to_pylist(), pa.list_(values.type.value_type))
    texts, reasons = _looked_up(pc.list_flatten(values), column, None)
    sizes = pc.fill_null(pc.list_value_length(values), 0).to_numpy().astype(np.int64)
    offsets = np.append(0, np.cumsum(sizes))
    row_reasons: list[str | None] = [
        None if there else f"the row has no {column.role}"
        for there in values.is_valid().to_pylist()
    ]
    for position in np.flatnonzero(reasons.is_valid().to_numpy(zero_copy_only=False)):
        row = int(np.searchsorted(offsets, position, side="right")) - 1
        row_reasons[row] = reasons[int(position)].as_py()
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts)
    return Texts(lists, pa.array(row_reasons, pa.string()))
