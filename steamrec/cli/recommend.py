"""`steamrec recommend`: lists for a person to read, without Spark."""

from dataclasses import dataclass, replace

import click

from steamrec.errors import UsageError
from steamrec.workspace import Workspace

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
    from steamrec.pipeline.stages.export import latest
    from steamrec.serving.catalogue import load_catalogue
    from steamrec.serving.item_item import leaning, weight_rows, weights_model
    from steamrec.serving.users import owned_items, published_list

    workspace = Workspace(root)
    published = latest(workspace)
    rows = published_list(published, user_id)
    catalogue = load_catalogue(workspace)
    owned = owned_items(workspace, user_id)
    model = weights_model(workspace)
    weights = weight_rows(workspace, model, owned) if model and owned else None
    lines = []
    for row in rows[:k]:
        item = catalogue.numbers.get(row["item_id"])
        reasons = []
        if weights is not None and item is not None:
            reasons = leaning(weights, owned, item, LEANING)
        names = [catalogue.names[reason] for reason in reasons]
        lines.append(Line(row["item_name"], row["item_id"], row["score"], names))
    click.echo(
        f"{clean(user_id)} owns {len(owned):,} games; {len(lines)} others "
        f"by {rows[0]['source']}, published for {published['date']}:"
    )
    print_lines(with_facts(workspace, lines))
    if model is None:
        click.echo("What a list leans on is shown when 'ease' is in train.models.", err=True)


def print_owned(item_ids: str | None, like: str | None, root: str, k: int) -> None:
    """Print a list for somebody who owns `item_ids` (commas between), or the game called `like`.

    What the last exported night left out of its lists stands in none here. Raises UsageError for
    items that are not known, or when no model scores from owned items.
    """
    from steamrec.serving.catalogue import load_catalogue
    from steamrec.serving.item_item import best_items, leaning, weight_rows, weights_model
    from steamrec.serving.item_metadata import left_out_ids

    workspace = Workspace(root)
    catalogue = load_catalogue(workspace)
    if like is not None:
        owned = [catalogue.of_name(like)]
    else:
        owned = catalogue.of_ids([part.strip() for part in (item_ids or "").split(",") if part])
    if not owned:
        raise UsageError("--items takes item_ids with commas between them: --items 10,440")
    model = weights_model(workspace)
    if model is None:
        raise UsageError(
            f"No model in {workspace.root} scores from owned items alone; add 'ease' to "
            "train.models and run `steamrec train` (the other models know only their own users)."
        )
    weights = weight_rows(workspace, model, owned)
    barred = left_out_ids(workspace)
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
    names = ", ".join(clean(catalogue.names[item]) for item in owned[:5])
    more = f" and {len(owned) - 5} more" if len(owned) > 5 else ""
    verb = "Like" if like is not None else "For an owner of"
    click.echo(f"{verb} {names}{more}: {len(lines)} games by {model}")
    if len(owned) == 1:
        lines = [replace(line, because=[]) for line in lines]
    print_lines(with_facts(workspace, lines))


def with_facts(workspace: Workspace, lines: list[Line]) -> list[Line]:
    """The lines with price and genres, where the workspace has facts about the items."""
    from steamrec.serving.item_metadata import genre_words, known_facts, price_words

    facts = known_facts(workspace, [line.item_id for line in lines])
    return [
        replace(line, price=price_words(about["price"]), genres=clean(genre_words(about["genres"])))
        if (about := facts.get(line.item_id))
        else line
        for line in lines
    ]


def print_lines(lines: list[Line]) -> None:
    """Print numbered lines: name, item_id, score, price, genres, the owned games it leans on."""
    width = min(NAME_WIDTH, max((len(clean(line.name)) for line in lines), default=0))
    prices = max((len(line.price) for line in lines), default=0)
    genres = min(GENRES_WIDTH, max((len(line.genres) for line in lines), default=0))
    for place, line in enumerate(lines, 1):
        because = f"  because of {', '.join(map(clean, line.because))}" if line.because else ""
        shown = f"{clean(line.name):<{width}}  {line.item_id:>7}  {line.score:10.4g}"
        if prices or genres:
            shown += f"  {line.price:>{prices}}  {_cut(line.genres):<{genres}}"
        click.echo(f"{place:>4}  {shown}{because}".rstrip())


def _cut(genres: str) -> str:
    return genres if len(genres) <= GENRES_WIDTH else f"{genres[: GENRES_WIDTH - 1]}…"


def clean(text: str) -> str:
    """The text without what a terminal would obey: names come from a file of strangers."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
