"""`steamrec recommend`: lists for a person to read, without Spark."""

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from steamrec.cli.options import workspace_option
from steamrec.cli.terminal import clean, say
from steamrec.errors import UsageError

if TYPE_CHECKING:
    from steamrec.serving.recommendations import Recommendation, Recommendations

NAMED = 5  # owned items in the line above a list
NAME_WIDTH = 44
GENRES_WIDTH = 30


@click.command(short_help="Print one user's list, or items like one.")
@click.argument("user", required=False)
@click.option("--like", metavar="NAME", help="Items like this one: a name or a part of it.")
@click.option(
    "--items",
    metavar="ID,ID,...",
    multiple=True,
    help="Recommend for a new user who owns these item ids. May be repeated; put an id with a "
    "comma in double quotes, as in CSV.",
)
@click.option(
    "--k", type=click.IntRange(1), default=10, show_default=True, help="Items to print, at most."
)
@workspace_option
def recommend(
    user: str | None, like: str | None, items: tuple[str, ...], k: int, workspace: str
) -> None:
    """Print the published list of one USER (a user_id of the raw file), or one for a new user.

    Owned items are never listed. Each item is printed with the owned items that explain it, and
    with its price and genres if input.items_path was set.

    \b
    Examples:
      steamrec recommend USER_ID
      steamrec recommend --like "Portal 2"
      steamrec recommend --items 10,220,620 --k 5
      steamrec recommend --items 10 --items '"an id, with a comma"'
    """
    if sum(given is not None for given in (user, like, items or None)) != 1:
        raise UsageError("Give one of USER, --like NAME and --items ID,ID; see recommend --help.")
    from steamrec.serving.recommender import open_recommender

    recommender = open_recommender(workspace)
    if user is not None:
        found = recommender.recommend(user, k)
        say(
            f"{user} owns {len(found.owned):,} items; {len(found)} recommended "
            f"by {found.source}, published for {found.date}:"
        )
        print_items(found)
        if recommender.item_model is None:
            say("Add 'ease' to train.models to see which owned items explain a list.", err=True)
        return
    if like is not None:
        found, verb = recommender.similar(like, k), "Like"
    else:
        found, verb = recommender.recommend_items(split_ids(items), k), "For an owner of"
    say(f"{verb} {owned_words(found)}: {len(found)} items by {found.source}")
    print_items(found)


def split_ids(texts: Sequence[str]) -> list[str]:
    """The item_ids in lines of CSV; raises UsageError for broken quotes, or for no id at all."""
    try:
        lines = [io.StringIO(text, newline="") for text in texts]
        rows = [
            row for line in lines for row in csv.reader(line, strict=True, skipinitialspace=True)
        ]
    except csv.Error as error:
        raise UsageError(f"--items: {error}; write an id with a comma as '\"a,b\"'.") from None
    ids = [item_id for row in rows for item_id in row if item_id.strip()]
    if not ids:
        raise UsageError("--items takes item_ids with commas between them: --items 10,440")
    return ids


def owned_words(found: "Recommendations") -> str:
    """The names of the owned items, the first few of many."""
    more = f" and {len(found.owned) - NAMED} more" if len(found.owned) > NAMED else ""
    return f"{', '.join(found.owned[:NAMED])}{more}"


def print_items(items: Sequence["Recommendation"]) -> None:
    """Print numbered lines: name, item_id, score, price, genres and the items that explain it."""
    from steamrec.serving.item_metadata import genre_words, price_words

    width = min(NAME_WIDTH, max((len(clean(item.item_name)) for item in items), default=0))
    prices = max((len(price_words(item.price)) for item in items), default=0)
    lines = [clean(genre_words(item.genres)) for item in items]
    genres = min(GENRES_WIDTH, max(map(len, lines), default=0))
    for item, words in zip(items, lines, strict=True):
        because = f"  because of {', '.join(item.because)}" if item.because else ""
        name, item_id = clean(item.item_name), clean(item.item_id)
        shown = f"{name:<{width}}  {item_id:>7}  {item.score:10.4g}"
        if prices or genres:
            shown += f"  {price_words(item.price):>{prices}}  {_cut(words):<{genres}}"
        say(f"{item.rank:>4}  {shown}{because}".rstrip())


def _cut(genres: str) -> str:
    return genres if len(genres) <= GENRES_WIDTH else f"{genres[: GENRES_WIDTH - 1]}…"
