"""Every line as ast.literal_eval reads it, through the real stage."""

import ast
import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.ingest.hostile import REPRS, mutated, written
from tests.ingest.oracle import oracle

PLAIN = (
    b"{'user_id': 'plain', 'items_count': 1, 'steam_id': '1', 'user_url': 'u', 'items': "
    b"[{'item_id': '10', 'item_name': \"Garry's Mod\", 'playtime_forever': 6, "
    b"'playtime_2weeks': 0}]}"
)


def gather(strategy: st.SearchStrategy[bytes], count: int) -> list[bytes]:
    """`count` examples, the same ones every time: one Spark job checks them all."""
    found: list[bytes] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(line: bytes) -> None:
        found.append(line)

    keep()
    return found[:count]


def check(ingest: Callable[..., Any], folder: Path, lines: list[bytes]) -> Any:
    """Ingest `lines` and compare every field of every line with the oracle."""
    lines = [PLAIN, *lines]  # a byte order mark would be taken from the first line
    path = folder / "lines.json.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n", compresslevel=1))
    ingested = ingest(path)
    wanted = {row: library for row, line in enumerate(lines) if (library := oracle(line))}
    row_of = {at: row for row, at in enumerate(accumulate((len(x) + 1 for x in lines), initial=0))}
    got = {row_of[library.pop("offset")]: library for library in ingested.libraries}
    for library in got.values():
        library.pop("file")
    for row, line in enumerate(lines):
        assert got.get(row) == wanted.get(row), line
    refused = [line for row, line in enumerate(lines) if row not in wanted]
    shown = Counter(line.decode("utf-8", "backslashreplace") for line in refused)
    assert Counter(row["line"] for row in ingested.quarantine) == shown
    assert all(row["reason"] for row in ingested.quarantine)
    return ingested


def test_reprs_of_hostile_dicts(ingest: Callable[..., Any], tmp_path: Path) -> None:
    lines = gather(REPRS, 5_000)
    ingested = check(ingest, tmp_path, lines)
    assert 0.2 * len(lines) < len(ingested.libraries) < 0.95 * len(lines)


def test_dicts_written_in_every_way(ingest: Callable[..., Any], tmp_path: Path) -> None:
    lines = [written(seed) for seed in range(8_000)]
    ingested = check(ingest, tmp_path, lines)
    # Both paths and the quarantine see enough of them.
    in_python = ingested.counts["lines_read_in_python"]
    assert len(lines) - in_python > 1_000
    assert in_python - len(ingested.quarantine) > 1_000
    assert len(ingested.quarantine) > 1_000


def test_damaged_lines(ingest: Callable[..., Any], tmp_path: Path) -> None:
    whole = [written(seed) for seed in range(2_000)]
    whole = [line for line in whole if oracle(line)]
    check(ingest, tmp_path, [mutated(whole, seed) for seed in range(7_000)])


@pytest.mark.real_data
def test_damaged_real_lines(ingest: Callable[..., Any], tmp_path: Path, real_data: Path) -> None:
    with gzip.open(real_data / "australian_users_items.json.gz") as file:
        whole = [line.rstrip(b"\n") for line, _ in zip(file, range(20_000), strict=False)]
    whole = [line for line in whole if len(line) < 5_000]
    check(ingest, tmp_path, [mutated(whole, seed) for seed in range(8_000)])


@pytest.mark.real_data
@pytest.mark.timeout(3_600)
def test_every_real_line(context: Callable[..., Any], tmp_path: Path, real_data: Path) -> None:
    from steamrec.pipeline.stages.ingest import run

    path = real_data / "australian_users_items.json.gz"
    built = context(path)
    outcome = run(built)
    assert outcome.counts["lines"] == outcome.counts["libraries"] == 88_310
    assert outcome.counts["users"] == 87_626
    assert outcome.counts["empty_libraries"] == 16_806
    assert outcome.counts["item_rows"] == 5_153_209
    assert outcome.counts["lines_read_in_python"] < 20
    with gzip.open(path) as file:
        for line, row in zip(file, _rows(built.workspace.path("libraries")), strict=True):
            wanted = ast.literal_eval(line.decode("utf-8"))
            assert {key: row[key] for key in wanted} == wanted


def _rows(folder: str) -> Iterator[dict[str, Any]]:
    table = pq.read_table(folder).sort_by("offset")
    for batch in table.to_batches(max_chunksize=200):
        yield from batch.to_pylist()
