"""Every setting with a number refuses what cannot work, by its full name."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from steamrec.errors import UsageError
from steamrec.models.settings import load_settings, night_settings

ROOT = Path(__file__).parents[2]


def numbers(model, prefix=""):
    """The full names of all settings that are numbers."""
    for key, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from numbers(kind, f"{prefix}{key}.")
        elif {kind, *get_args(kind)} & {int, float}:
            yield f"{prefix}{key}"


def refuse(override):
    with pytest.raises(UsageError) as caught:
        load_settings(None, [override])
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "Input should" not in sentence
    return sentence


@pytest.mark.parametrize("value", ["-1", "inf", "nan", "-inf", "true", '"many"'])
@pytest.mark.parametrize("name", list(numbers(night_settings())))
def test_a_number_that_cannot_work_is_refused_by_its_full_name(name, value):
    assert f"Setting {name}: must be " in refuse(f"{name}={value}")


@pytest.mark.parametrize("name", [n for n in numbers(night_settings()) if not n.endswith("_price")])
def test_an_absurd_size_is_refused(name):
    assert f"Setting {name}: must be at most " in refuse(f"{name}={10**12}")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("evaluate.k=[]", "evaluate.k: must not be empty"),
        ("evaluate.k=[10,10]", "evaluate.k: has 10 twice"),
        ("evaluate.k=[10,0]", "evaluate.k: must be at least 1 (got 0)"),
        ("train.mlp.hidden=[]", "train.mlp.hidden: must not be empty"),
        ("train.neumf.hidden=[0]", "train.neumf.hidden: must be at least 1"),
        ("train.ranker.hidden=[]", "train.ranker.hidden: must not be empty"),
        ('export.formats=["csv","csv"]', "export.formats: has 'csv' twice"),
        ('export.exclude_tags=[""]', "export.exclude_tags: must not be empty"),
        ("train.models=gmf", "train.models: must be a list"),
        ("train.gmf=3", "train.gmf: is a section"),
        ("export.k=1.5", "export.k: must be an integer"),
        ('input.path="a\\u0000b"', "input.path: must not contain control characters"),
        ("split.method=last", "split.method: must be 'random', 'first' or 'given'"),
    ],
)
def test_a_value_that_cannot_work_is_one_plain_sentence(override, words):
    assert words in refuse(override)


def test_the_last_set_wins_and_a_date_is_a_path():
    given = ["train.epochs=2", "train.epochs=3", "input.path=2026-01-01"]
    settings = load_settings(None, given)
    assert (settings.train.epochs, settings.input.path) == (3, "2026-01-01")


def test_a_config_that_is_a_folder_is_one_sentence(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load_settings(str(tmp_path))


def test_the_page_of_settings_has_types_that_can_be_read():
    page = (ROOT / "docs/settings.md").read_text()
    assert "Annotated" not in page
    assert "| `epochs` | integer, 1 or more, at most 10,000 |" in page
