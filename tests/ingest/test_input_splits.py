"""Every block of every file is read, and by one task only."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from steamrec.ingest.input_splits import share_out
from steamrec.ingest.sources import Source

SOURCES = st.lists(
    st.tuples(st.sampled_from(["", ".gz", ".bz2", ".zst"]), st.integers(0, 500)),
    min_size=1,
    max_size=9,
)


@given(SOURCES, st.integers(1, 40), st.integers(1, 100))
def test_each_block_once(files: list[tuple[str, int]], cores: int, block_bytes: int) -> None:
    sources = [Source(f"{i}{ending}", size, "") for i, (ending, size) in enumerate(files)]
    shares = share_out(sources, cores, block_bytes)
    owned = Counter(
        (share.path, block) for share in shares for block in range(502) if share.owns(block)
    )
    assert set(owned.values()) <= {1}
    for source in sources:
        # How many blocks a compressed file has, nobody knows before it is read.
        blocks = 502 if source.codec else -(-source.size // block_bytes)
        assert sum(path == source.path for path, _ in owned) == blocks


def test_one_file_is_shared_by_the_cores() -> None:
    packed = [Source("a.gz", 10**9, "")]
    assert len(share_out(packed, 8, 2**22)) == 8
    assert len(share_out(packed * 3, 8, 2**22)) == 9
    # Each share unpacks the whole file.
    assert len(share_out(packed, 1_000, 2**22)) == 16
    assert len(share_out(packed * 9, 8, 2**22)) == 9


def test_a_plain_file_is_entered_in_the_middle() -> None:
    shares = share_out([Source("a.json", 10 * 2**22, "")], 2, 2**22)
    assert [(share.entry, share.end) for share in shares] == [
        (0, 2),
        (2, 4),
        (4, 6),
        (6, 8),
        (8, 10),
    ]
    # A large one in shares that end in minutes.
    assert len(share_out([Source("a.json", 2**40, "")], 2, 2**22)) == 2**40 // 2**26
