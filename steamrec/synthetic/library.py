"""Synthetic users: how many items each owns, which, and for how long each was played.

Sizes follow the real file's: 19 % empty, quartiles 3 / 26 / 73, 6 % above 188.
"""

import numpy as np
import numpy.typing as npt

from steamrec.synthetic.catalogue import GENRES, Catalogue

EMPTY = 0.19
LOG_MEDIAN, SPREAD_BELOW, SPREAD_ABOVE = 3.782, 1.76, 1.017
REPEATED = 0.0078
CHANGED_AMONG_REPEATED = 0.025
SERIES_PULL = 1.2
UNPLAYED = 0.36


def library_size(rng: np.random.Generator, items: int) -> int:
    """One user's number of items: 0, or a two-sided log-normal, at most 60 % of the catalogue."""
    if rng.random() < EMPTY:
        return 0
    normal = rng.normal()
    spread = SPREAD_ABOVE if normal > 0 else SPREAD_BELOW
    return int(np.clip(np.exp(LOG_MEDIAN + spread * normal), 1, max(1, int(0.6 * items))))


def choose_items(
    rng: np.random.Generator, catalogue: Catalogue, size: int
) -> npt.NDArray[np.int64]:
    """`size` distinct items, ascending: weighted by popularity, the user's genres and series.

    Adding Gumbel noise to log weights and taking the largest draws without replacement
    (Vieira, 2014; Kool et al., ICML 2019).
    """
    taste = rng.dirichlet(np.full(GENRES, 0.15))
    series = catalogue.series
    liked = rng.gumbel(size=series[-1] + 1) * SERIES_PULL
    keys = catalogue.log_popularity + np.log(taste @ catalogue.affinity) + liked[series]
    keys += rng.gumbel(size=len(keys))
    return np.sort(np.argpartition(-keys, size - 1)[:size]) if size else np.empty(0, np.int64)


def playtimes(rng: np.random.Generator, size: int) -> list[int]:
    """`size` playtimes in minutes: a third never played, the others log-normal."""
    minutes = np.exp(rng.normal(5.0, 2.2, size)).astype(np.int64)
    minutes[rng.random(size) < UNPLAYED] = 0
    return [int(value) for value in minutes]


def make_lines(catalogue: Catalogue, seed: int, first: int, users: int) -> tuple[list[str], int]:
    """The raw lines of users first..first+users-1, and how many items are in them.

    A pure function of its arguments, so chunks can be made anywhere and in any order.
    """
    rng = np.random.default_rng([seed, 1, first])
    lines: list[str] = []
    item_rows = 0
    for number in range(first, first + users):
        chosen = choose_items(rng, catalogue, library_size(rng, len(catalogue.names)))
        minutes = playtimes(rng, len(chosen))
        user = _user(number, rng)
        lines.append(_line(catalogue, user, chosen, minutes))
        item_rows += len(chosen)
        if rng.random() < REPEATED:
            if len(chosen) > 1 and rng.random() < CHANGED_AMONG_REPEATED:
                chosen, minutes = chosen[1:], minutes[1:]
            lines.insert(int(rng.integers(len(lines))), _line(catalogue, user, chosen, minutes))
            item_rows += len(chosen)
    return lines, item_rows


def _user(number: int, rng: np.random.Generator) -> dict[str, str]:
    steam_id = str(76561197960265728 + number * 37 + int(rng.integers(37)))
    if rng.random() < 0.55:
        return {"user_id": steam_id, "steam_id": steam_id, "url": f"profiles/{steam_id}"}
    name = f"{('player', 'the-', 'x_', 'Mr')[int(rng.integers(4))]}{number}"
    return {"user_id": name, "steam_id": steam_id, "url": f"id/{name}"}


def _line(
    catalogue: Catalogue, user: dict[str, str], chosen: npt.NDArray[np.int64], minutes: list[int]
) -> str:
    items = [
        {
            "item_id": catalogue.app_ids[item],
            "item_name": catalogue.names[item],
            "playtime_forever": played,
            "playtime_2weeks": 0,
        }
        for item, played in zip(chosen, minutes, strict=True)
    ]
    return repr(
        {
            "user_id": user["user_id"],
            "items_count": len(items),
            "steam_id": user["steam_id"],
            "user_url": f"http://steamcommunity.com/{user['url']}",
            "items": items,
        }
    )
