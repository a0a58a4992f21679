"""What a Python worker of Spark's is reused between two tasks."""

import zipimport
from pathlib import Path

_original = zipimport.zipimporter.invalidate_caches
# By archive and folder in it, as each package has a finder with a directory of its own.
_known: dict[tuple[str, str], tuple[int, int]] = {}


def keep_archives() -> None:
    """Read the directory of a zip archive on the import path again only when the file changed.

    Before each task PySpark calls importlib.invalidate_caches(), upon which CPython reads the
    directory of pyspark.zip and of every archive of --py-files again for each package imported
    from it: 0.2 seconds of a core per task, which is more than many tasks take. It holds for the
    whole process; an archive that is replaced is read again, as before.
    """
    zipimport.zipimporter.invalidate_caches = _reread_if_changed  # type: ignore[method-assign, assignment]


def _reread_if_changed(finder: zipimport.zipimporter) -> None:
    try:
        status = Path(finder.archive).stat()
    except OSError:
        _original(finder)
        return
    state = (status.st_mtime_ns, status.st_size)
    place = (finder.archive, finder.prefix)
    if _known.setdefault(place, state) != state:
        _known[place] = state
        _original(finder)
