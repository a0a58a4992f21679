import pytest

from steamrec.errors import UsageError
from steamrec.serving.catalogue import Catalogue

CATALOGUE = Catalogue(
    ["400", "620", "10", "11", "12"],
    ["Portal", "Portal 2", "Garry's Mod", "Half-Life", "half-life"],
    [50, 60, 90, 5, 7],
)


@pytest.mark.parametrize(
    ("text", "item"),
    [("portal", 0), (" PORTAL 2 ", 1), ("garry", 2), ("Half-Life", 4)],
)
def test_a_name_or_a_part_that_only_one_has(text, item):
    assert CATALOGUE.of_name(text) == item


def test_an_ambiguous_part_names_the_most_owned_first():
    with pytest.raises(UsageError, match=r"several games: Portal 2 \(620\), Portal \(400\)"):
        CATALOGUE.of_name("port")


def test_a_misspelt_name_gets_the_closest_ones():
    with pytest.raises(UsageError, match=r"closest names: .*Portal \(400\)"):
        CATALOGUE.of_name("Protal")
    with pytest.raises(UsageError, match="try a part of its name"):
        CATALOGUE.of_name("zzzzqqqq")


def test_ids_each_once_and_unknown_ones_named():
    assert CATALOGUE.of_ids(["620", "10", "620"]) == [1, 2]
    with pytest.raises(UsageError, match="no item 9, x;"):
        CATALOGUE.of_ids(["10", "9", "x"])
