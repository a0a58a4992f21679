"""The stage on whole files: counts, order, compression, damage, hostile lines."""

import bz2
import gzip
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from steamrec.data.tables import LIBRARIES, QUARANTINE
from steamrec.errors import RunError, UsageError
from steamrec.ingest.library_lines import LIBRARY_LINES
from steamrec.ingest.lines import read_lines
from steamrec.ingest.sources import find_sources
from steamrec.pipeline.declarations import INGEST
from steamrec.pipeline.runner import run_stage
from steamrec.pipeline.stages import ingest as stage
from steamrec.settings.reading import IngestSettings

ITEM = {"item_id": "10", "item_name": "Half-Life", "playtime_forever": 6, "playtime_2weeks": 0}


def library(user_id: str, items: int = 1, items_count: int | None = None) -> bytes:
    value = {
        "user_id": user_id,
        "items_count": items if items_count is None else items_count,
        "steam_id": "1",
        "user_url": "http://u",
        "items": [ITEM] * items,
    }
    return repr(value).encode("utf-8")


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many blocks in a file, as a large file has them."""
    monkeypatch.setattr("steamrec.ingest.lines.BLOCK_BYTES", 16_384)


def test_counts_and_quarantine(ingest: Callable[..., Any], tmp_path: Path) -> None:
    lines = [
        library("ann", 2),
        library("bob", 0),
        library("ann", 1),
        library("it's\xa0Ann", 3),
        library("cy", 2, items_count=5),
        b"{'user_id': 12}",
        b"",
        b"x" * 500,
        library("dan", 1) + b"\r",
    ]
    path = tmp_path / "raw.json"
    path.write_bytes(b"\n".join(lines) + b"\n")
    got = ingest(path, "ingest.max_quarantined_characters=100", "ingest.max_line_bytes=499")
    assert got.counts == {
        "lines": 9,
        "libraries": 6,
        "quarantined_lines": 3,
        "lines_read_in_python": 4,
        "empty_libraries": 1,
        "other_items_count": 1,
        "item_rows": 9,
        "users": 5,
        "merged_lines": 1,
    }
    users = [row["user_id"] for row in got.libraries]
    assert users == ["ann", "bob", "ann", "it's\xa0Ann", "cy", "dan"]
    assert {(row["reason"], row["line"]) for row in got.quarantine} == {
        ("the library has no items", "{'user_id': 12}"),
        ("the line is empty", ""),
        ("the line is longer than 499 bytes", "x" * 100),
    }
    assert all(row["file"].endswith("/raw.json") for row in got.quarantine)
    assert got.receipt.outputs["libraries"]["rows"] == 6


def test_tiny_limits(ingest: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "raw.json"
    path.write_bytes(library("ann") + b"\n[]\n")
    got = ingest(path, "ingest.max_line_bytes=5")
    assert {(row["reason"], row["line"]) for row in got.quarantine} == {
        ("the line is longer than 5 bytes", library("ann").decode()),
        ("the line is a list, not a dict", "[]"),
    }


def test_hostile_lines_end_in_quarantine(ingest: Callable[..., Any], tmp_path: Path) -> None:
    hostile = [
        b"x" * 100_000_000,
        b"{" * 20_000_000,
        b"[" * 10_000,
        b"7" * 1_000_000,
        b"{'user_id': " + b"7" * 1_000_000 + b"}",
        b"-" * 1_000_000 + b"1",
        b"1" + b"+1" * 200_000,
        b"[" + b"{}," * 1_000_000 + b"]",
        b"'" + b"\\'" * 2_000_000,
        b"\x00" * 1_000,
        b"\xff\xfe\x80",
        b"__import__('os').abort()",
    ]
    path = tmp_path / "raw.json.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for line in hostile:
            file.write(library("ann") + b"\n" + line + b"\n")
    got = ingest(path)
    assert got.counts["lines"] == 2 * len(hostile)
    assert got.counts["libraries"] == got.counts["quarantined_lines"] == len(hostile)
    assert got.counts["merged_lines"] == len(hostile) - 1
    assert max(len(row["line"]) for row in got.quarantine) == 10_000


@pytest.mark.usefixtures("small_blocks")
def test_a_folder_of_all_compressions_in_order(
    spark: Any, ingest: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "raw [1] {a,b} %20*"
    folder.mkdir()
    wanted: list[str] = []
    names = ["a.json", "b.json.bz2", "c.json.gz", "d.json.zst", "e.json.zstd", "f.json"]
    dice = random.Random(1)
    lines = {}
    for name in names:
        # Long random names, so that compression leaves many blocks as well.
        users = [f"{name} {row} é😀 {dice.getrandbits(4_000):x}" for row in range(300)]
        lines[name] = [library(user, row % 5) for row, user in enumerate(users)]
        wanted += users
    for name, rows in lines.items():
        content = b"\xef\xbb\xbf" + b"\n".join(rows) + (b"\n" if name < "d" else b"")
        pack = {"2": lambda x: bz2.compress(x, 1), "z": gzip.compress, "t": zstd, "d": zstd}
        (folder / name).write_bytes(pack.get(name[-1], bytes)(content))
    # The files are really shared between tasks.
    settings = IngestSettings()
    parts = read_lines(spark, find_sources(str(folder)), LIBRARY_LINES, settings).rdd
    assert parts.getNumPartitions() > len(names)
    got = ingest(folder)
    assert [row["user_id"] for row in got.libraries] == wanted
    assert got.counts["lines_read_in_python"] == got.counts["quarantined_lines"] == 0


@pytest.mark.parametrize("trusted", [0, 1, 2])
def test_what_spark_refuses_is_python_s(
    context: Callable[..., Any],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    trusted: int,
) -> None:
    """With a grammar that lets too much pass, `trusted` lines of the wrong sort among them."""
    path = tmp_path / "raw.json"
    wrong = [library("bob").replace(b"6", b"0x6"), b"{'a"][:trusted]
    path.write_bytes(b"\n".join([library("ann"), *wrong, library("cy")]))
    lax = replace(LIBRARY_LINES, trusted=lambda lines: np.full(len(lines), True))
    built = context(path, "ingest.max_quarantined_fraction=0.5")
    counts = stage.ingest(built, lax).counts
    assert ("a fault of the grammar" in caplog.text) == (trusted > 0)
    assert counts["lines"] == 2 + trusted
    assert counts["libraries"] == 2 + min(trusted, 1)
    assert counts["lines_read_in_python"] == (2 + trusted if trusted else 0)
    names = [row.user_id for row in built.read(LIBRARIES).orderBy("offset").collect()]
    assert names == ["ann", "bob", "cy"] if trusted else ["ann", "cy"]
    assert built.read(QUARANTINE).count() == max(trusted - 1, 0)


def test_too_many_quarantined_lines(context: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "raw.json"
    bad = [b"f()", b"g()", b"None", b"[", b"[", b"[", b"", b""]
    path.write_bytes(b"\n".join([library(str(i)) for i in range(92)] + bad) + b"\n")
    allowed = context(path, "ingest.max_quarantined_fraction=0.08")
    assert run_stage(INGEST, allowed).counts["quarantined_lines"] == 8
    refused = context(path)
    with pytest.raises(RunError) as error:
        run_stage(INGEST, refused)
    assert error.value.exit_code == 1
    where = refused.workspace.path(QUARANTINE.name)
    assert str(error.value) == (
        "8 of 100 lines could not be read, more than ingest.max_quarantined_fraction = 0.01 "
        "allows; the most frequent reasons: not a Python literal: '[' was never closed (3); "
        "not a Python literal: it holds an expression (Call) (2); the line is empty (2); "
        f"the lines are in {where}."
    )
    assert refused.read(QUARANTINE).count() == 8
    assert not refused.workspace.exists("receipts/ingest.json")


def test_a_damaged_file(context: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"\n".join(library(str(i)) for i in range(900)))[:-100])
    with pytest.raises(RunError) as error:
        run_stage(INGEST, context(path))
    assert str(error.value) == (
        f"The input {path} is cut short: its compressed data ends too early; "
        "get a whole copy and run again."
    )


def test_a_packed_nothing_is_empty(context: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "nothing.json.gz"
    path.write_bytes(gzip.compress(b""))
    with pytest.raises(UsageError, match="has no lines"):
        run_stage(INGEST, context(path))
