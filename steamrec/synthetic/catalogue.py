"""A synthetic catalogue: items with names, a skewed popularity, genres and series."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

REAL_USERS, REAL_ITEMS = 88_310, 10_978
GENRES = 8
MEAN_SERIES = 3
POPULARITY_POWER = 1.8

FIRST = ("Iron", "Silent", "Crimson", "Hollow", "Astral", "Broken", "Golden", "Frozen", "Savage")
SECOND = ("Harvest", "Frontier", "Citadel", "Abyss", "Legion", "Garden", "Signal", "Voyage")
# What real names contain and careless parsers get wrong.
STYLES = (
    "{0} {1}",
    "{0} {1} {2}",
    "{0} {1}: {2}",
    "{0}'s {1} {2}",
    '{0} "{1}" {2}',
    "{0}, {1} & {2}",
    "{1} \\ {0} {2}",
    "{0} {1}™ {2}",
    "Ведьмак {0} {2}",
    "三国志 {0} {2}",
    '{0} d\'{1} "{2}"',
    "{0} {{{1}}} [{2}]",
)


@dataclass(frozen=True)
class Catalogue:
    """The items, all arrays of length n.

    app_ids: ascending; names; log_popularity: float64; affinity: float64 [GENRES, n], how much
    a fan of the genre favours the item; series: int, the number of the item's series.
    """

    app_ids: list[str]
    names: list[str]
    log_popularity: npt.NDArray[np.float64]
    affinity: npt.NDArray[np.float64]
    series: npt.NDArray[np.int64]


def catalogue_size(users: int) -> int:
    """The number of items that goes with `users`: the real file's at its size, fewer below."""
    return int(np.clip(REAL_ITEMS * (users / REAL_USERS) ** 0.5, 60, REAL_ITEMS))


def make_catalogue(items: int, seed: int) -> Catalogue:
    """The catalogue of `items` items: a pure function of both arguments."""
    rng = np.random.default_rng([seed, 0])
    rank = rng.permutation(items)
    # Old items, with low app ids, tend to be the popular ones, as on Steam.
    rank = np.argsort(np.argsort(rank + rng.normal(0, 0.5 * items, items) + np.arange(items)))
    series = np.cumsum(rng.random(items) < 1 / MEAN_SERIES, dtype=np.int64)
    genre = rng.integers(0, GENRES, series.max() + 1)[series]
    affinity = np.full((GENRES, items), 0.02)
    affinity[genre, np.arange(items)] = 1.0
    second = rng.integers(0, GENRES, items)
    affinity[second, np.arange(items)] += 0.2
    return Catalogue(
        app_ids=[str(number) for number in np.cumsum(rng.integers(1, 8, items)) * 10],
        names=[_name(number, rng) for number in range(items)],
        log_popularity=-POPULARITY_POWER * np.log(rank + 12.0),
        affinity=affinity,
        series=series,
    )


def _name(number: int, rng: np.random.Generator) -> str:
    style = STYLES[int(rng.integers(len(STYLES)))] if rng.random() < 0.3 else STYLES[1]
    first, second = FIRST[int(rng.integers(len(FIRST)))], SECOND[int(rng.integers(len(SECOND)))]
    return style.format(first, second, number)
