import pytest
from click.testing import CliRunner

from steamrec.cli.main import cli
from steamrec.errors import UsageError
from steamrec.workspace import Receipt
from steamrec.workspace.receipts import Basis
from tests.support.small_workspace import write_small_workspace


def recommend(folder, *arguments):
    arguments = ["recommend", *arguments, "--workspace", str(folder)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output.splitlines()


def test_a_users_list_with_what_it_leans_on(tmp_path):
    write_small_workspace(tmp_path)
    head, first, second = recommend(tmp_path, "known")
    assert head == "known owns 2 games; 2 others by ease, published for 2026-01-31:"
    assert first.split() == ["1", "Portal", "2", "20", "2.5", "because", "of", "Portal,", "Doom"]
    assert second.endswith("because of Doom")
    assert "\x1b" not in second
    assert recommend(tmp_path, "known", "--k", "1")[1].split() == first.split()
    assert "because" not in recommend(tmp_path, "cold")[1]


def test_a_newcomer_gets_a_list_from_what_they_own(tmp_path):
    write_small_workspace(tmp_path)
    head, first, second = recommend(tmp_path, "--items", "30,50")
    assert head == "For an owner of Doom, Quake: 2 games by ease"
    assert "Hexen" in first
    assert "1.3  because of Doom, Quake" in first
    assert "Portal 2" in second


def test_games_like_one(tmp_path):
    write_small_workspace(tmp_path)
    assert "Like Doom: 2 games by ease" in recommend(tmp_path, "--like", "doom")[0]


def test_prices_and_genres_stand_beside_the_games_that_have_them(tmp_path):
    write_small_workspace(tmp_path, facts=True)
    assert recommend(tmp_path, "known")[1:] == [
        "   1  Portal 2         20         2.5  $9.99  Action, Puzzle, Co-op"
        "           because of Portal, Doom",
        "   2  Hexen?[31m       40         1.5         RP?G, xxxxxxxxxxxxxxxxxxxxxxx…"
        "  because of Doom",
    ]
    # Nothing is known of the only game in the list of "cold".
    assert recommend(tmp_path, "cold")[1] == "   1  Portal       10           5"
    assert recommend(tmp_path, "--items", "10")[1].endswith("$9.99  Action, Puzzle, Co-op")
    assert recommend(tmp_path, "--like", "doom")[2].endswith("$9.99  Action, Puzzle, Co-op")


@pytest.mark.parametrize(
    ("filters", "games"),
    [
        ({}, ["Hexen?[31m", "Portal 2"]),
        ({"exclude_tags": ["co-op"]}, ["Hexen?[31m"]),
        ({"max_price": 9.0}, ["Hexen?[31m"]),
        ({"exclude_tags": ["FPS"]}, ["Portal 2"]),
        ({"min_price": 0.0, "max_price": 10.0}, ["Hexen?[31m", "Portal 2"]),
    ],
)
def test_a_newcomers_list_leaves_out_what_the_night_did(tmp_path, filters, games):
    workspace = write_small_workspace(tmp_path, facts=True)
    filters = {"exclude_tags": [], "max_price": None, "min_price": None} | filters
    settings = {f"export.{name}": value for name, value in filters.items()}
    Receipt("export", Basis(settings=settings), {}, {}).save(workspace)
    lines = recommend(tmp_path, "--items", "30,50")[1:]
    assert [line[6:16].strip() for line in lines] == games


def test_without_the_facts_nobody_can_say_what_is_left_out(tmp_path):
    workspace = write_small_workspace(tmp_path)
    Receipt("export", Basis(settings={"export.max_price": 9.0}), {}, {}).save(workspace)
    with pytest.raises(UsageError, match=r"export\.max_price.*item_facts.*nightly"):
        recommend(tmp_path, "--items", "30,50")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["stranger"], "--items with what they own"),
        (["--like", "port"], "fits several games: Portal "),
        (["--items", "10,99"], "no item 99"),
        (["--items", ","], "item_ids with commas"),
        ([], "Give one of"),
        (["known", "--like", "doom"], "Give one of"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(tmp_path, arguments, words):
    write_small_workspace(tmp_path)
    with pytest.raises(UsageError, match=words):
        recommend(tmp_path, *arguments)


def test_a_workspace_without_such_a_model_says_so(tmp_path):
    write_small_workspace(tmp_path, ease=False)
    with pytest.raises(UsageError, match="add 'ease' to"):
        recommend(tmp_path, "--items", "10")
    assert "ease' is in train.models" in recommend(tmp_path, "known")[-1]


def test_an_empty_workspace_says_what_to_run(tmp_path):
    for arguments in (["known"], ["--like", "doom"]):
        with pytest.raises(UsageError, match="steamrec nightly"):
            recommend(tmp_path, *arguments)
