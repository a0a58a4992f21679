import subprocess
import sys
import zipfile

# In a process of its own, as the change lasts as long as the process.
SCRIPT = """
import importlib, sys, zipfile, zipimport
from steamrec.spark.worker import keep_archives

path = sys.argv[1]
keep_archives()
sys.path.insert(0, path)
import first, package
reads = []
read = zipimport._read_directory
zipimport._read_directory = lambda archive: reads.append(archive) or read(archive)
importlib.invalidate_caches()
importlib.invalidate_caches()
print(len(reads))
with zipfile.ZipFile(path, "a") as archive:
    archive.writestr("second.py", "")
    archive.writestr("package/third.py", "")
importlib.invalidate_caches()
import second, package.third
print(set(reads) == {path})
"""


def test_an_archive_is_read_again_only_when_it_changed(tmp_path):
    path = tmp_path / "modules.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("first.py", "")
        archive.writestr("package/__init__.py", "")
    command = [sys.executable, "-c", SCRIPT, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["0", "True"]
