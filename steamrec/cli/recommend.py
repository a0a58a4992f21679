"""`steamrec recommend`: lists for a person to read, without Spark."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steamrec.cli.terminal import clean, say
from steamrec.errors import UsageError

if TYPE_CHECKING:
    from steamrec.serving.serving_set import ServingSet

LEANING = 3
NAME_WIDTH = 44
GENRES_WIDTH = 30


@dataclass(frozen=True)
class Line:
    """One recommended item: what to print of it."""

    name: str
    item_id: str
    score: float
    because: list[str]
    price: str = ""
    genres: str = ""


def print_user(user_id: str, root: str, k: int) -> None:
    """Print the published list of `user_id`; raises UsageError when there is none."""
    from steamrec.serving.catalogue import load_catalogue
    from steamrec.serving.item_item import leaning, weight_rows
    from steamrec.serving.serving_set import open_serving_set
    from steamrec.serving.users import owned_items, published_list

    served = open_serving_set(root)
    rows = published_list(served, user_id)
    catalogue = load_catalogue(served)
    owned = owned_items(served, user_id)
    weights = weight_rows(served, owned) if served.model and owned else None
    lines = []
    for row in rows[:k]:
        item = catalogue.numbers.get(row["item_id"])
        reasons = []
        if weights is not None and item is not None:
            reasons = leaning(weights, owned, item, LEANING)
        names = [catalogue.names[reason] for reason in reasons]
        lines.append(Line(row["item_name"], row["item_id"], row["score"], names))
    say(
        f"{user_id} owns {len(owned):,} items; {len(lines)} recommended "
        f"by {rows[0]['source']}, published for {served.run['date']}:"
    )
    print_lines(with_facts(served, lines))
    if served.model is None:
        say("Add 'ease' to train.models to see the owned items that explain a list.", err=True)


def print_owned(item_ids: Sequence[str], like: str | None, root: str, k: int) -> None:
    """Print a list for a new user who owns `item_ids`, or the item named `like`.

    Each of `item_ids` is a line of CSV. Items that the published lists exclude are excluded here.
    Raises UsageError for unknown items, or when no model scores from owned items.
    """
    from steamrec.serving.catalogue import load_catalogue
    from steamrec.serving.item_item import best_items, leaning, weight_rows
    from steamrec.serving.serving_set import open_serving_set

    served = open_serving_set(root)
    catalogue = load_catalogue(served)
    owned = [catalogue.of_name(like)] if like is not None else catalogue.of_ids(split_ids(item_ids))
    if not owned:
        raise UsageError("--items takes item_ids with commas between them: --items 10,440")
    if served.model is None:
        raise UsageError(
            f"No model of the published run scores from owned items alone; add 'ease' to "
            f"train.models and run `steamrec nightly` ({served.workspace.root})."
        )
    weights = weight_rows(served, owned)
    barred = served.excluded
    excluded = [item for item, item_id in enumerate(catalogue.ids) if item_id in barred]
    lines = [
        Line(
            catalogue.names[item],
            catalogue.ids[item],
            score,
            [catalogue.names[reason] for reason in leaning(weights, owned, item, LEANING)],
        )
        for item, score in best_items(weights, owned, k, excluded)
    ]
    names = ", ".join(catalogue.names[item] for item in owned[:5])
    more = f" and {len(owned) - 5} more" if len(owned) > 5 else ""
    verb = "Like" if like is not None else "For an owner of"
    say(f"{verb} {names}{more}: {len(lines)} items by {served.model['name']}")
    if len(owned) == 1:
        lines = [replace(line, because=[]) for line in lines]
    print_lines(with_facts(served, lines))


def split_ids(texts: Sequence[str]) -> list[str]:
    """The item_ids in lines of CSV, without empty ones; raises UsageError for broken quotes."""
    try:
        lines = [io.StringIO(text, newline="") for text in texts]
        rows = [
            row for line in lines for row in csv.reader(line, strict=True, skipinitialspace=True)
        ]
    except csv.Error as error:
        raise UsageError(f"--items: {error}; write an id with a comma as '\"a,b\"'.") from None
    return [item_id for row in rows for item_id in row if item_id.strip()]


def with_facts(served: "ServingSet", lines: list[Line]) -> list[Line]:
    """The lines with price and genres, where the published run has item metadata."""
    from steamrec.serving.item_metadata import genre_words, known_facts, price_words

    facts = known_facts(served, [line.item_id for line in lines])
    return [
        replace(line, price=price_words(about["price"]), genres=clean(genre_words(about["genres"])))
        if (about := facts.get(line.item_id))
        else line
        for line in lines
    ]


def print_lines(lines: list[Line]) -> None:
    """Print numbered lines: name, id, score, price, genres, the owned items that explain it."""
    width = min(NAME_WIDTH, max((len(clean(line.name)) for line in lines), default=0))
    prices = max((len(line.price) for line in lines), default=0)
    genres = min(GENRES_WIDTH, max((len(line.genres) for line in lines), default=0))
    for place, line in enumerate(lines, 1):
        because = f"  because of {', '.join(line.because)}" if line.because else ""
        shown = f"{clean(line.name):<{width}}  {clean(line.item_id):>7}  {line.score:10.4g}"
        if prices or genres:
            shown += f"  {line.price:>{prices}}  {_cut(line.genres):<{genres}}"
        say(f"{place:>4}  {shown}{because}".rstrip())


def _cut(genres: str) -> str:
    return genres if len(genres) <= GENRES_WIDTH else f"{genres[: GENRES_WIDTH - 1]}…"
