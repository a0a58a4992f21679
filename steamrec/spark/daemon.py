"""The process from which local Spark forks its Python workers, with their libraries imported once.

Each worker would take a second of a core to import them itself.
"""

import contextlib
from importlib import import_module

from pyspark.daemon import manager

LIBRARIES = (
    *("numpy", "pandas", "pyarrow.parquet", "pyspark.sql.pandas.serializers"),
    *("fsspec", "isal.igzip", "pydantic"),
)

if __name__ == "__main__":
    for library in LIBRARIES:
        with contextlib.suppress(Exception):  # the worker that needs it says what is wrong
            import_module(library)
    manager()  # type: ignore[no-untyped-call]
