import shutil

import pytest
from click.testing import CliRunner

from steamrec.cli.main import cli
from steamrec.cli.recommend import split_ids
from steamrec.errors import RunError, UsageError
from tests.support.small_workspace import write_small_workspace


def recommend(folder, *arguments):
    arguments = ["recommend", *arguments, "--workspace", str(folder)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output.splitlines()


def test_a_users_list_with_what_it_leans_on(tmp_path):
    write_small_workspace(tmp_path)
    head, first, second = recommend(tmp_path, "known")
    assert head == "known owns 2 items; 2 recommended by ease, published for 2026-01-31:"
    assert first.split() == ["1", "Portal", "2", "20", "2.5", "because", "of", "Portal,", "Doom"]
    assert second.endswith("because of Doom")
    assert "\x1b" not in second
    assert recommend(tmp_path, "known", "--k", "1")[1].split() == first.split()
    assert "because" not in recommend(tmp_path, "cold")[1]


def test_a_newcomer_gets_a_list_from_what_they_own(tmp_path):
    write_small_workspace(tmp_path)
    head, first, second = recommend(tmp_path, "--items", "30,50")
    assert head == "For an owner of Doom, Quake: 2 items by ease"
    assert "Hexen" in first
    assert "1.3  because of Doom, Quake" in first
    assert "Portal 2" in second


def test_games_like_one(tmp_path):
    write_small_workspace(tmp_path)
    assert "Like Doom: 2 items by ease" in recommend(tmp_path, "--like", "doom")[0]


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


def test_a_newcomers_list_leaves_out_what_the_run_did(tmp_path):
    write_small_workspace(tmp_path, facts=True, excluded=["20"])
    [line] = recommend(tmp_path, "--items", "30,50")[1:]
    assert line[6:16].strip() == "Hexen?[31m"


def test_ids_with_commas_are_quoted_and_the_option_repeats(tmp_path):
    write_small_workspace(tmp_path)
    wanted = recommend(tmp_path, "--items", "30,50")
    for given in (
        ["--items", "30", "--items", " 50 "],
        ["--items", '"30", "50"'],
        ["--items", "30, 50"],
    ):
        assert recommend(tmp_path, *given) == wanted
    assert split_ids(['"a,b",c', '"say ""x"""']) == ["a,b", "c", 'say "x"']
    with pytest.raises(UsageError, match="--items"):
        split_ids(['"a'])


def test_nothing_but_the_published_run_is_read(tmp_path):
    """A night that died, or another prepare, changes no answer; a copy reads its own lists."""
    folder = tmp_path / "w"
    write_small_workspace(folder, facts=True)
    questions = (["known"], ["cold"], ["--items", "10"], ["--like", "doom"])
    before = [recommend(folder, *question) for question in questions]
    for name in ("items", "users", "interactions", "cold_users", "item_metadata", "models"):
        shutil.rmtree(folder / name)
    assert [recommend(folder, *question) for question in questions] == before
    shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(folder)
    assert [recommend(tmp_path / "copy", *question) for question in questions] == before


@pytest.mark.parametrize(
    ("pattern", "action"),
    [
        ("serving/*/*/serving.json", "remove"),
        ("serving/*/*/serving.json", "empty"),
        ("serving/*/*/items/*.parquet", "remove"),
        ("serving/*/*/items/*.parquet", "flip"),
        ("serving/*/*/users/*.parquet", "cut"),
        ("serving/*/*/interactions/*.parquet", "cut"),
        ("serving/*/*/models/ease/weights.npy", "cut"),
        ("serving/*/*/models/ease/model.json", "empty"),
        ("exports/*/*/part-0.parquet", "remove"),
        ("exports/*/*/part-0.parquet", "cut"),
        ("exports/latest.json", "empty"),
    ],
)
def test_what_is_damaged_is_named_in_one_sentence(tmp_path, pattern, action):
    write_small_workspace(tmp_path)
    [path] = tmp_path.glob(pattern)
    content = path.read_bytes()
    path.unlink()
    if action != "remove":
        half = len(content) // 2
        flipped = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
        path.write_bytes({"empty": b"{}", "cut": content[:-9], "flip": flipped}[action])
    with pytest.raises(RunError, match=r"is damaged \(") as told:
        recommend(tmp_path, "known")
    assert str(path.name) in str(told.value) or "items" in str(told.value)


def test_a_model_that_does_not_fit_the_items_is_refused(tmp_path):
    workspace = write_small_workspace(tmp_path)
    name = f"{workspace.read_json('exports/latest.json')['serving']}/serving.json"
    about = workspace.read_json(name)
    about["model"]["items"] = 6
    workspace.write_json(name, about)
    with pytest.raises(RunError, match="does not fit its items"):
        recommend(tmp_path, "--items", "10")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["stranger"], "give the item ids that they own"),
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
    assert "Add 'ease' to train.models" in recommend(tmp_path, "known")[-1]


def test_an_empty_workspace_says_what_to_run(tmp_path):
    for arguments in (["known"], ["--like", "doom"]):
        with pytest.raises(UsageError, match="steamrec nightly"):
            recommend(tmp_path, *arguments)
