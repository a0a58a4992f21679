"""S3: a file is replaced by one conditional put, on the entity tag that was read.

Needs an s3fs and a botocore that hand `IfMatch` on to PutObject (botocore 1.35.69 or later).
"""

from steamrec.workspace.store import ChangedError, Store

PROTOCOLS = ("s3", "s3a")


class ConditionalStore(Store):
    """Steps on an object store with conditional puts."""

    def swap(self, path: str, content: bytes, expected: bytes | None) -> None:
        """One attempt of `replace`; the store raises OSError when the condition does not hold."""
        if expected is None:
            self.files.pipe_file(path, content, IfNoneMatch="*")
            return
        self.files.invalidate_cache()
        # The tag before the content: a change between the two fails the put.
        try:
            tag = self.files.info(path)["ETag"]
        except FileNotFoundError:
            raise ChangedError(f"{path} is gone.") from None
        self.check(path, expected)
        self.files.pipe_file(path, content, IfMatch=tag)
