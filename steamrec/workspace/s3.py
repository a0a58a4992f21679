"""S3 and stores like it through obstore: one wheel, conditional puts, no botocore.

It takes the variables of s3_variables.py, or the role of the machine.
"""

import os
from typing import Any
from urllib.parse import urlsplit

from fsspec import register_implementation
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.fsspec import FsspecStore


def open_s3(uri: str) -> tuple[Any, str]:
    """The file system of an s3:// or s3a:// URI, and "bucket/key", the name on it."""
    parts = urlsplit(uri)
    plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
    files = S3Files("s3", client_options={"allow_http": True} if plain else None)
    return files, f"{parts.netloc}{parts.path}".rstrip("/")


class S3Files(FsspecStore):  # type: ignore[misc]
    """obstore's file system with the names, entity tags and conditions that s3fs has."""

    protocol = "s3"

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(each) for each in path]
        return str(path).partition("://")[2].rstrip("/") if "://" in str(path) else path

    async def _info(self, path: str, **options: Any) -> dict[str, Any]:
        found = await super()._info(self._strip_protocol(path), **options)
        return _named(found | {"name": self._strip_protocol(path)})

    async def _ls(self, path: str, detail: bool = True, **options: Any) -> Any:
        path = self._strip_protocol(path).rstrip("/")
        found = await super()._ls(path, detail=True, **options)
        # A marker of Hadoop's for the folder itself is not a file in it.
        entries = [_named(entry) for entry in found if entry["name"].rstrip("/") != path]
        return entries if detail else [entry["name"] for entry in entries]

    async def _pipe_file(
        self, path: str, value: Any, mode: str = "overwrite", **options: Any
    ) -> Any:
        """Put a file; with IfMatch only over that entity tag, with IfNoneMatch="*" only anew.

        Raises FileExistsError when the condition does not hold.
        """
        bucket, key = self._split_path(path)
        condition: Any = None
        if "IfMatch" in options:
            condition = {"e_tag": options["IfMatch"]}
        elif options.get("IfNoneMatch") == "*" or mode == "create":
            condition = "create"
        store = self._construct_store(bucket)
        try:
            if condition is None:
                return await store.put_async(key, value)
            return await store.put_async(key, value, mode=condition, use_multipart=False)
        except (AlreadyExistsError, PreconditionError) as error:
            raise FileExistsError(f"{path} was changed by another writer") from error

    def mv(self, path1: str, path2: str, recursive: bool = False, **_options: Any) -> None:
        """Copy each file and remove the old ones: S3 has no renames."""
        base = self._strip_protocol(path1)
        names = [base] if self.isfile(base) else self.find(base)
        for name in names:
            self.cp_file(name, f"{self._strip_protocol(path2)}{name[len(base) :]}")
        self.rm(names)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Nothing: S3 has no folders."""

    def ukey(self, path: str) -> str:
        """The entity tag: another whenever the file was replaced by other content."""
        return str(self.info(path)["ETag"])

    def invalidate_cache(self, path: str | None = None) -> None:
        """Forget what was listed."""
        self.dircache.clear()


def _named(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with the entity tag under the name that s3fs gives it."""
    return entry | {"name": entry["name"].rstrip("/"), "ETag": entry.get("e_tag")}


# Libraries that open a URI by themselves get the same file system.
for _scheme in ("s3", "s3a"):
    register_implementation(_scheme, S3Files, clobber=True)
