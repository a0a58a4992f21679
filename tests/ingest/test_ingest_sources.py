"""Finding the input, before any work."""

import gzip
from pathlib import Path

import pytest

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.ingest.sources import find_sources
from steamrec.pipeline.stage import run_stage
from steamrec.pipeline.stages.ingest import STAGE
from steamrec.settings import load_settings
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


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "There is no input: set input.path"),
        ("/no/such/file.json", "The input /no/such/file.json does not exist"),
        ("/no/such/*.json", r"The input /no/such/\*.json does not exist"),
        ("nosuchscheme://bucket/file", "cannot be read"),
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
        run_stage(STAGE, context)
    assert refused.value.exit_code == 2
    assert "spark" not in vars(context)


def test_another_file_is_another_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"{}")
    settings = load_settings(None, [f"input.path='{path}'"])
    context = Context(settings, Workspace(str(tmp_path / "workspace")))
    before = STAGE.external(context)
    assert STAGE.external(context) == before
    path.write_bytes(b"{} ")
    assert STAGE.external(context) != before
