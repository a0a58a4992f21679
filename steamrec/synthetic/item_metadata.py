"""Synthetic metadata of a synthetic catalogue's items, in the raw format of the shop's file."""

from typing import Any

import numpy as np

from steamrec.synthetic.catalogue import Catalogue

GENRE_NAMES = (
    "Action", "Adventure", "Casual", "Indie", "RPG", "Racing", "Simulation",
    "Design &amp; Illustration",
)  # fmt: skip
TAGS = ("Singleplayer", "Multiplayer", "Co-op", "Puzzle", "Horror", "Nudity", "Beat 'em up", "VR")
WORDS = ("Free", "Free to Play", "Free To Play", "Play for Free!", "Free Demo", "Play the Demo")
PRICES = (0.99, 1.99, 2.99, 4.99, 9.99, 14.99, 19.99, 29.99, 59.99)
# Parts of the items: without a line, with a price in words, and with a field left out.
UNKNOWN, IN_WORDS, MISSING = 0.16, 0.08, 0.06
OPTIONAL = ("publisher", "genres", "release_date", "tags", "price", "developer")


def facts_lines(catalogue: Catalogue, seed: int) -> list[str]:
    """The lines of the items' file: a pure function of both arguments.

    As in the real file some items have no line, one item has two, and one line has no id.
    """
    rng = np.random.default_rng([seed, 2])
    lines = [
        _line(_facts(catalogue, item, rng))
        for item in range(len(catalogue.names))
        if rng.random() >= UNKNOWN
    ]
    return [*lines, lines[0], _line({"url": "http://store.steampowered.com/", "price": 19.99})]


def _facts(catalogue: Catalogue, item: int, rng: np.random.Generator) -> dict[str, Any]:
    likings = catalogue.affinity[:, item]
    genres = [GENRE_NAMES[genre] for genre in np.argsort(-likings) if likings[genre] > 0.1]
    studio = f"Studio {rng.integers(40)}"
    number, name = catalogue.app_ids[item], catalogue.names[item]
    price: Any = float(rng.choice(PRICES))
    if rng.random() < IN_WORDS:
        price = str(rng.choice(WORDS))
    date = f"20{rng.integers(4, 18):02}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"
    facts = {
        "publisher": studio,
        "genres": genres,
        "app_name": name,
        "title": name,
        "url": f"http://store.steampowered.com/app/{number}/",
        "release_date": date,
        "tags": [*genres, *(str(tag) for tag in rng.permutation(TAGS)[: rng.integers(4)])],
        "price": price,
        "early_access": bool(rng.random() < 0.05),
        "id": number,
        "developer": studio,
    }
    left_out = {key for key in OPTIONAL if rng.random() < MISSING}
    return {key: value for key, value in facts.items() if key not in left_out}


def _line(facts: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in facts.items()) + "}"


def _literal(value: Any) -> str:
    """The value as Python 2 writes it: text with a u prefix, and ASCII only."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return f"u{value!a}" if isinstance(value, str) else repr(value)
