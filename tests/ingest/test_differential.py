"""Every line is read by the stage as Python reads it, or refused by both."""

import gzip
import hashlib
import multiprocessing
import random

import pyarrow.dataset as dataset
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steamrec import tables
from steamrec.stage import run_stage
from steamrec.stages import ingest
from tests.ingest.oracle import oracle

COLUMNS = ["user_id", "items_count", "steam_id", "user_url", "items"]

texts = st.text(max_size=8) | st.text(alphabet="ab'\"\\,:{}[]# \t\x0b\x7fé三😀null", max_size=12)
numbers = st.integers(-(2**33), 2**33) | st.integers(0, 99)
items = st.lists(
    st.fixed_dictionaries(
        {"item_id": texts, "item_name": texts, "playtime_forever": numbers,
         "playtime_2weeks": numbers},
        optional={"more": st.none() | texts},
    ),
    max_size=3,
)  # fmt: skip
libraries = st.fixed_dictionaries(
    {"user_id": texts, "items_count": numbers, "steam_id": texts, "user_url": texts,
     "items": items},
    optional={"more": st.booleans() | texts | numbers},
)  # fmt: skip

SPLICES = [
    b"\\", b"\\/", b"\\'", b'\\"', b"\\x41", b"\\xa0", b"\\u0041", b"\\ud83d", b"\\ud83d\\ude00",
    b"\\N{DASH}", b"\\101", b"'", b'"', b"null", b"None", b"true", b"True", b"NaN", b"1e3", b"1_0",
    b"0x1F", b"007", b"+1", b"-0", b"1.0", b"99999999999999999999", b"{", b"}", b"[", b"]", b",",
    b"#", b"{}", b" {'a': 1}", b"u'", b"b'", b"r'", b"f'", b"''", b"' '", b"\x00", b"\x0c", b"\r",
    b"\xff", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xef\xbf\xbd", b"\xed\xa0\x80", b"/* */", b"// x",
]  # fmt: skip


def mutated(line: bytes, rng: random.Random) -> bytes:
    """The line cut, doubled, spliced or with bytes changed."""
    place = rng.randrange(len(line) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        return line[:place]
    if kind == 1:
        return line + line
    if kind == 2:
        return line[:place] + line[rng.randrange(len(line) + 1) :]
    if kind == 3:
        flipped = bytearray(line)
        for _ in range(rng.randrange(1, 4)):
            flipped[rng.randrange(len(line))] = rng.randrange(256)
        return bytes(flipped)
    return line[:place] + rng.choice(SPLICES) + line[place:]


def hostile_lines() -> list[bytes]:
    lines: list[bytes] = []

    @settings(max_examples=4000, database=None, deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(libraries, st.randoms(use_true_random=False))
    def collect(library, rng):
        line = repr(library).encode("utf-8", "surrogatepass")
        lines.extend([line, *(mutated(line, rng) for _ in range(4))])

    collect()
    return [line.replace(b"\n", b" ") for line in lines if line]


def read(context, lines, tmp_path, name="raw.json"):
    path = tmp_path / name
    content = b"".join(line + b"\n" for line in lines)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return run_stage(ingest.STAGE, context), path


def test_hostile_lines_are_read_as_python_reads_them(make_context, tmp_path):
    lines = hostile_lines()
    assert len(lines) > 18_000
    context = make_context(f"input.path={tmp_path}/raw.json", "ingest.max_quarantined_fraction=1.0")
    receipt, _ = read(context, lines, tmp_path)
    expected = [oracle(line) for line in lines]
    found = context.read(tables.LIBRARIES).orderBy("block", "row").select(*COLUMNS).collect()
    wanted = [record for record in expected if record is not None]
    assert len(wanted) > 4_000
    for row, record in zip(found, wanted, strict=True):
        assert row.asDict(recursive=True) == record
    assert receipt.counts["quarantined"] == len(lines) - len(wanted)
    assert receipt.counts["lines"] == len(lines)


def digest(record: object) -> str:
    return hashlib.sha256(repr(record).encode("utf-8", "surrogatepass")).hexdigest()


def oracle_digest(line: bytes) -> str:
    record = oracle(line.rstrip(b"\n"))
    assert record is not None
    return digest([record[name] for name in COLUMNS])


@pytest.mark.real_data
@pytest.mark.timeout(1200)
def test_every_real_line_is_read_as_python_reads_it(make_context, real_data):
    context = make_context(f"input.path={real_data}")
    receipt = run_stage(ingest.STAGE, context)
    assert receipt.counts == {
        "lines": 88_310,
        "libraries": 88_310,
        "quarantined": 0,
        "distinct_users": 87_626,
        "lines_merged": 684,
        "libraries_without_items": 16_806,
        "item_rows": 5_153_209,
        "items_count_disagrees": 0,
    }
    with gzip.open(real_data) as file, multiprocessing.get_context("spawn").Pool(2) as pool:
        wanted = list(pool.imap(oracle_digest, file, chunksize=500))
    found = {}
    source = dataset.dataset(context.workspace.path("libraries"), format="parquet")
    for batch in source.to_batches(columns=[*COLUMNS, "row"], batch_size=500):
        for row in batch.to_pylist():
            found[row["row"]] = digest([row[name] for name in COLUMNS])
    assert [found[number] for number in range(len(wanted))] == wanted
