"""Reading lines in the JVM, and knowing when it reads them as Python does.

Spark's JSON reader takes most Python dicts, and some of them wrongly (escapes, a second dict
behind the first, numbers where strings stand, null, ...). So its record is believed only where
writing the record out again, the way Python's repr does, gives the very line that was read: a
line that repr(record) gives is read by Python as that record. All other lines go to Python.
"""

from typing import TYPE_CHECKING

from steamrec.tables import ITEMS_TYPE

if TYPE_CHECKING:
    from pyspark.sql import Column

RECORD = f"user_id string, items_count int, steam_id string, user_url string, items {ITEMS_TYPE}"


def parsed(line: "Column") -> "Column":
    """The line as Spark's JSON reader takes it: a struct of RECORD, null where it does not."""
    from pyspark.sql import functions as F  # noqa: N812

    return F.from_json(line, RECORD)


def is_exact(line: "Column", record: "Column") -> "Column":
    """Whether Python would read the line as `record`: never null, true only when it is certain."""
    from pyspark.sql import functions as F  # noqa: N812

    # A string with both kinds of quotes, a backslash or a control character is written by repr
    # with escapes; here it is not, so the comparison fails, as it should. Nulls (a missing or
    # mistyped field) make the whole text null.
    items = F.concat_ws(", ", F.transform(record["items"], _item_text))
    text = F.concat(
        F.lit("{'user_id': "),
        _quoted(record["user_id"]),
        F.lit(", 'items_count': "),
        record["items_count"].cast("string"),
        F.lit(", 'steam_id': "),
        _quoted(record["steam_id"]),
        F.lit(", 'user_url': "),
        _quoted(record["user_url"]),
        F.lit(", 'items': ["),
        items,
        F.lit("]}"),
    )
    return F.coalesce(text == line, F.lit(False)) & record["items"].isNotNull()


def _item_text(item: "Column") -> "Column":
    from pyspark.sql import functions as F  # noqa: N812

    return F.concat(
        F.lit("{'item_id': "),
        _quoted(item["item_id"]),
        F.lit(", 'item_name': "),
        _quoted(item["item_name"]),
        F.lit(", 'playtime_forever': "),
        item["playtime_forever"].cast("string"),
        F.lit(", 'playtime_2weeks': "),
        item["playtime_2weeks"].cast("string"),
        F.lit("}"),
    )


def _quoted(text: "Column") -> "Column":
    from pyspark.sql import functions as F  # noqa: N812

    quote = F.when(F.contains(text, F.lit("'")), F.lit('"')).otherwise(F.lit("'"))
    return F.concat(quote, text, quote)
