"""Words that readers stumble over stay out of the docs, the help and the settings."""

import re
from collections.abc import Iterator

import click
import pytest
from pydantic import BaseModel

from steamrec.cli.main import cli
from steamrec.models.settings import night_settings
from tests.docs.pages import CHANGES, PAGES

# What to avoid: what to write instead.
WORDS = {
    r"hangs? on": "depends on",
    r"stands? (?:in|there|behind|beside|below|at)|stood": "is in, appears in",
    r"leans? on": "is based on",
    r"(?<!there )is no (?!longer\b|more\b)\w+": "is not a",
    r"(?:item|user|line|row|score|pair|stage) a (?:user|item|line|step|pair|model|stage)": "per",
    r"so many": "this many",
    r"anew": "again",
    r"by hand": "manually",
    r"reckon(?:s|ed|ing)?": "estimated",
    r"told": "reported, given",
    r"parted": "split, separated",
    r"(?:every|some|any)body(?:'s)?": "each user, a user",
    r"whoever|whosoever": "each user who",
    r"for want of|wherein|thereof|whereof": "plain words",
    r"betters?(?: its)|did not better": "improve",
    r"mend(?:s|ed|ing)?": "fix, repair",
    r"spares?|spared": "saves",
    r"laid over": "overrides",
    r"made (?:file|users|data|catalogue)": "synthetic",
    r"facts": "item metadata, figures",
    r"commonest": "most frequent",
    r"no candidate": "not a candidate",
}  # fmt: skip
PATTERNS = {re.compile(rf"\b(?:{word})\b", re.IGNORECASE): better for word, better in WORDS.items()}


def faults(text: str) -> list[str]:
    """What to change in a text; code blocks and inline code may say anything."""
    text = re.sub(r"^```.*?^```|`[^`\n]+`", "`", text, flags=re.M | re.S)
    return [
        f"'{text[max(0, found.start() - 30) : found.end() + 20]}': {found.group()} -> {better}"
        for pattern, better in PATTERNS.items()
        for found in pattern.finditer(text)
    ]


def descriptions(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    """(name, text) of every section and setting."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield f"[{path}{name}]", kind.__doc__ or ""
            yield from descriptions(kind, f"{path}{name}.")
        else:
            yield f"{path}{name}", field.description or ""


@pytest.mark.parametrize("page", [*PAGES, CHANGES], ids=lambda page: page.name)
def test_the_docs_use_plain_words(page):
    assert faults(page.read_text(encoding="utf-8")) == []


def test_settings_use_plain_words_and_are_all_described():
    for name, text in descriptions(night_settings()):
        assert text, f"{name} has no description"
        assert faults(text) == [], name


@pytest.mark.parametrize("name", [None, *cli.commands])
def test_the_help_uses_plain_words(name):
    command = cli.commands[name] if name else cli
    assert faults(command.get_help(click.Context(command, info_name="steamrec"))) == []


def test_the_words_are_found():
    assert len(faults("It hangs on what was told, reckoned anew and parted by hand.")) == 6
    assert faults("It no longer depends on `everybody`.") == []
