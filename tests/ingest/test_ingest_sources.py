"""Finding the input, before any work."""

import gzip
from pathlib import Path

import fsspec
import pytest

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.ingest.locations import open_input
from steamrec.ingest.sources import find_sources
from steamrec.models.settings import load_settings
from steamrec.pipeline.declarations import INGEST
from steamrec.pipeline.runner import run_stage
from steamrec.workspace import Workspace


def names(path: Path | str) -> list[str]:
    return [Path(source.path).name for source in find_sources(str(path))]


def test_a_file_a_folder_and_a_glob(tmp_path: Path) -> None:
    for name in ("b.json", "a.json.gz", "_hidden", ".part", "c[1].json"):
        (tmp_path / name).write_bytes(gzip.compress(b"{}") if name.endswith("gz") else b"{}")
    (tmp_path / "folder").mkdir()
    assert names(tmp_path / "b.json") == ["b.json"]
    assert names(tmp_path) == ["a.json.gz", "b.json", "c[1].json"]
    assert names(f"file://{tmp_path}/*.json") == ["b.json", "c[1].json"]
    assert names(tmp_path / "c[1].json") == ["c[1].json"]
    assert find_sources(str(tmp_path / "b.json"))[0].size == 2


ODD = ["a[1].json", "{a,b}.json", "a#b.json", "a%20b.json", " a b .json", "a:b.json", "_a.json"]
ODD += ["file:.json", "a::b.json", "?*.json", "~.json", "a\\b.json", "a=b.json", "é🎮.json", "a?b"]


@pytest.mark.parametrize("name", ODD)
def test_a_path_that_exists_is_that_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / f"in {name}"
    folder.mkdir()
    for other in (name, "a1.json", "ab.json", "a b.json", "x.json"):
        (folder / other).write_text(f"{other}\n")
    path = str(folder / name)
    for given in (path, f"file:{path}", f"file://{path}", f"file://localhost{path}"):
        (source,) = find_sources(given)
        assert source.path == path
        with open_input(source.path) as opened:
            assert opened.read().decode() == f"{name}\n"
    hidden = name.startswith("_")
    assert set(names(folder)) == {"a1.json", "ab.json", "a b.json", "x.json", name} - (
        {name} if hidden else set()
    )
    assert "x.json" in names(f"{folder}/x*")
    assert names(f"file:{folder}/[x].json") == ["x.json"]


def test_an_escaped_uri_a_home_and_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b/x.json").write_text("{}")
    assert names(f"file://{tmp_path}/a%20b/x.json") == ["x.json"]
    assert names(f"file:{tmp_path}/a%20b/*.json") == ["x.json"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert names("~/a b/x.json") == ["x.json"]
    monkeypatch.chdir(tmp_path)
    assert find_sources("a b")[0].path == str(tmp_path / "a b/x.json")


def test_files_of_another_file_system() -> None:
    files = fsspec.filesystem("memory")
    for name in ("a[1].json", "a1.json", "x#%20.json"):
        files.pipe(f"/odd/{name}", name.encode())
    assert names("memory://odd/a[1].json") == ["a[1].json"]
    assert names("memory://odd") == ["a1.json", "a[1].json", "x#%20.json"]
    for source in find_sources("memory://odd/*#*"):
        with open_input(source.path) as opened:
            assert opened.read() == b"x#%20.json"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "No input was given: set input.path"),
        ("/no/such/file.json", "The input /no/such/file.json does not exist"),
        ("/no/such/*.json", r"The input /no/such/\*.json does not exist"),
        ("nosuchscheme://bucket/file", "cannot be read"),
        ("~no-such-user/file.json", "does not exist"),
    ],
)
def test_missing_input_is_bad_use(path: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        find_sources(path)


def test_empty_input_is_bad_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find_sources(str(tmp_path))
    (tmp_path / "empty.json").touch()
    with pytest.raises(UsageError, match="is empty"):
        find_sources(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("a.json", gzip.compress(b"{}"), "is gzip data; rename it so that it ends in .gz"),
        ("a.json", b"BZh91AY", "is bzip2 data; rename it so that it ends in .bz2"),
        ("a.gz", b"\x28\xb5\x2f\xfd", "is zstd data; rename it so that it ends in .zst"),
        ("a.zip", b"PK\x03\x04", "is zip data; unpack it first"),
        ("a.parquet", b"PAR1", "is Parquet data.*set input.format = 'interactions'"),
    ],
    # The ids of all processes that test are equal; gzip's bytes hold the time.
    ids=["gzip", "bzip2", "zstd", "zip", "parquet"],
)
def test_a_name_that_hides_the_content(
    tmp_path: Path, name: str, content: bytes, advice: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=advice):
        find_sources(str(tmp_path / name))


def test_bad_input_is_found_before_spark_starts(tmp_path: Path) -> None:
    settings = load_settings(None, [f"input.path='{tmp_path}/none.json'"])
    context = Context(settings, Workspace(str(tmp_path / "workspace")))
    with pytest.raises(UsageError) as refused:
        run_stage(INGEST, context)
    assert refused.value.exit_code == 2
    assert "spark" not in vars(context)


def test_another_file_is_another_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"{}")
    settings = load_settings(None, [f"input.path='{path}'"])
    context = Context(settings, Workspace(str(tmp_path / "workspace")))
    before = INGEST.external(context)
    assert INGEST.external(context) == before
    path.write_bytes(b"{} ")
    assert INGEST.external(context) != before
