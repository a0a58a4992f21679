"""The one place that opens a file system: local disks, HDFS, S3, and what else fsspec knows.

The driver, Spark's Python workers, Petastorm and the readers of a workspace all come here, so
that a URI is the same place for all of them.
"""

from typing import Any

import fsspec

HDFS = ("hdfs", "viewfs")
S3 = ("s3", "s3a")


def file_system(uri: str) -> tuple[Any, str]:
    """The fsspec file system behind a local path or URI, and the name that `uri` has on it.

    Raises ValueError or ImportError for a scheme that nothing here knows.
    """
    scheme = uri.partition("://")[0] if "://" in uri else ""
    if scheme in HDFS:
        from steamrec.workspace.hdfs import open_hdfs

        return open_hdfs(uri)
    if scheme in S3:
        from steamrec.workspace.s3 import open_s3

        return open_s3(uri)
    files, name = fsspec.core.url_to_fs(uri)
    return files, str(name)


def spark_uri(uri: str) -> str:
    """`uri`, a local absolute path or a URI, as Spark takes it whatever its fs.defaultFS is."""
    if "://" not in uri:
        return f"file://{uri}"
    return f"s3a://{uri[len('s3://') :]}" if uri.startswith("s3://") else uri
