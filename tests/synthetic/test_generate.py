import ast
import gzip
from collections import Counter

import numpy as np
import pytest

from steamrec.errors import UsageError
from steamrec.ingest.parsing import Limits, read_item_metadata
from steamrec.synthetic.catalogue import catalogue_size, make_catalogue
from steamrec.synthetic.library import choose_items, library_size
from steamrec.synthetic.write import write_facts, write_file


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    path = tmp_path_factory.mktemp("generate") / "made.json.gz"
    figures = write_file(2000, 7, str(path))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        read = [ast.literal_eval(line) for line in file]
    assert figures == {"lines": len(read), "item_rows": sum(len(line["items"]) for line in read)}
    return read


def test_lines_have_the_raw_format(lines):
    assert list(lines[0]) == ["user_id", "items_count", "steam_id", "user_url", "items"]
    item = next(line for line in lines if line["items"])["items"][0]
    assert list(item) == ["item_id", "item_name", "playtime_forever", "playtime_2weeks"]
    assert all(line["items_count"] == len(line["items"]) for line in lines)
    ids = [[entry["item_id"] for entry in line["items"]] for line in lines]
    assert all(len(set(owned)) == len(owned) for owned in ids)


def test_libraries_have_the_real_sizes(lines):
    sizes = np.array([line["items_count"] for line in lines])
    assert 0.16 < (sizes == 0).mean() < 0.22
    assert 1 <= np.quantile(sizes, 0.25) <= 5
    assert 20 <= np.median(sizes) <= 32
    assert 60 <= np.quantile(sizes, 0.75) <= 88


def test_popularity_is_skewed_and_users_repeat(lines):
    owners = Counter(entry["item_id"] for line in lines for entry in line["items"])
    counts = np.sort(list(owners.values()))[::-1]
    assert counts[: len(counts) // 10].sum() > 0.45 * counts.sum()
    users = Counter(line["user_id"] for line in lines)
    assert len(users) == 2000
    assert 5 <= sum(1 for seen in users.values() if seen == 2) <= 40


def test_names_hold_what_careless_readers_trip_over(lines):
    names = "".join({entry["item_name"] for line in lines for entry in line["items"]})
    assert all(mark in names for mark in ("'", '"', ",", "\\", "™", "三", "д", "{", "["))


def test_the_same_seed_gives_the_same_file(tmp_path):
    files = {}
    for name, users, seed in (("a", 600, 1), ("b", 600, 1), ("c", 600, 2)):
        write_file(users, seed, str(tmp_path / name))
        files[name] = (tmp_path / name).read_bytes()
    assert files["a"] == files["b"] != files["c"]


def test_facts_have_the_raw_format_and_its_faults(tmp_path):
    for name in ("a.json", "b.json.gz"):
        assert write_facts(600, 1, str(tmp_path / name)) == write_facts(600, 1, str(tmp_path / "c"))
    content = (tmp_path / "a.json").read_bytes()
    assert gzip.decompress((tmp_path / "b.json.gz").read_bytes()) == content
    assert content.isascii()
    lines = content.splitlines()
    assert lines[0].startswith(b"{u'")
    facts = [read_item_metadata(line, Limits()) for line in lines]
    ids = Counter(fact.item_id for fact in facts)
    assert ids[None] == 1
    assert sorted(ids.values())[-2:] == [1, 2]
    catalogue = make_catalogue(catalogue_size(600), 1)
    assert 0.75 < len(ids.keys() & set(catalogue.app_ids)) / len(catalogue.app_ids) < 0.92
    prices = {fact.price for fact in facts}
    assert {None, 0.0, 9.99} <= prices
    assert "Design & Illustration" in {genre for fact in facts for genre in fact.genres}
    assert any("Nudity" in fact.tags for fact in facts)


def test_users_of_a_genre_share_items():
    catalogue = make_catalogue(400, seed=3)
    rng = np.random.default_rng(0)
    genre = catalogue.affinity.argmax(axis=0)
    shares = []
    for _ in range(200):
        chosen = choose_items(rng, catalogue, 20)
        shares.append(np.bincount(genre[chosen], minlength=8).max() / 20)
    # Without tastes the largest genre holds about a quarter of twenty items.
    assert np.mean(shares) > 0.33


def test_sizes_stay_inside_the_catalogue():
    rng = np.random.default_rng(0)
    assert max(library_size(rng, 60) for _ in range(2000)) <= 36


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_file(10, 1, str(tmp_path / "file" / "made.json"))
