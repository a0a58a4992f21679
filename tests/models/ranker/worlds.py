"""Libraries for the re-ranker's tests: random, and drawn from packages."""

import numpy as np

from steamrec.data.user_batches import UserBatch
from steamrec.models.ease.dense import ease_weights
from steamrec.models.ranker.directions import latent_directions
from steamrec.models.ranker.ngrams import adjacent_keys, between_keys, implied_items
from steamrec.models.ranker.retrieval import Retrieval


def batch_of(libraries):
    """A batch of users 0..n-1 from lists of items in the order of the library."""
    rows = [sorted((item, place) for place, item in enumerate(row)) for row in libraries]
    flat = [pair for row in rows for pair in row]
    return UserBatch(
        0,
        np.arange(len(libraries), dtype=np.int32),
        np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64),
        np.array([item for item, _ in flat], np.int32),
        np.array([place for _, place in flat], np.int64) * 7,
    )


def random_libraries(users, items, seed):
    rng = np.random.default_rng(seed)
    return [
        rng.permutation(items)[: rng.integers(2, max(3, items - 2))].tolist() for _ in range(users)
    ]


def retrieval_of(libraries, items, regularization=5.0):
    """All counts of the libraries, by the cores that the product uses."""
    batch = batch_of(libraries)
    owned = np.zeros((len(libraries), items), np.float32)
    for user, library in enumerate(libraries):
        owned[user, library] = 1
    gram = owned.T @ owned
    owners = np.diag(gram).copy()
    together = gram - np.diag(owners)
    implied, strengths = implied_items(together, owners, len(libraries))
    adjacent = np.unique(adjacent_keys(batch, items), return_counts=True)
    between = np.unique(between_keys(batch, items), return_counts=True)
    return Retrieval(
        ease_weights(gram.copy(), regularization), together.astype(np.uint16), owners,
        adjacent[0], adjacent[1].astype(np.float32), between[0], between[1].astype(np.float32),
        implied, strengths, *latent_directions(gram),
    )  # fmt: skip


def short_libraries(users, items, seed):
    """Short sessions of 3 to 8 items, most of them of one topic; and the number of items."""
    rng = np.random.default_rng(seed)
    topic, popularity = rng.integers(0, 20, items), 1 / (1 + rng.permutation(items)) ** 0.7
    libraries = []
    for _ in range(users):
        weights = popularity * (0.02 + (topic == rng.integers(20)))
        size = rng.integers(3, 9)
        libraries.append(rng.choice(items, size, False, weights / weights.sum()).tolist())
    return libraries, items


def flat_libraries(users, items, seed):
    """Long libraries by taste, all items about equally popular; and the number of items."""
    rng = np.random.default_rng(seed)
    tastes = rng.normal(size=(items, 8))
    libraries = []
    for _ in range(users):
        weights = np.exp(tastes @ rng.normal(size=8) / 2)
        size = rng.integers(items // 10, items // 5)
        libraries.append(rng.choice(items, size, False, weights / weights.sum()).tolist())
    return libraries, items
