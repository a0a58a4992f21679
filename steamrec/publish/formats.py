"""The lists of a run in further formats: exports/<format>/dt=.../run=..."""

import functools

from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.publish.csv_lists import WRITTEN, write_csv_parts


def write_formats(context: Context, table: Table) -> None:
    """Write the run `table` also as JSON lines or CSV, as export.formats says."""
    for kind in context.settings.export.formats:
        folder = table.name.replace("exports/", f"exports/{kind}/", 1)
        context.workspace.refuse_links(folder)
        lists = context.read(table)
        if kind == "json":
            lists.write.json(context.workspace.spark_uri(folder))
            continue
        write = functools.partial(
            write_csv_parts,
            root=context.workspace.root,
            folder=folder,
            neutralize=context.settings.export.csv_neutralize_formulas,
        )
        lists.mapInArrow(write, WRITTEN).collect()
        context.workspace.write_bytes(f"{folder}/_SUCCESS", b"")
