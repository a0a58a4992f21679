"""What the network for the tail is told, and the rows that it learns from."""

import math

import numpy as np
import pyarrow as pa
import pytest

from steamrec.data.pairs import Role, pair_key
from steamrec.models.ranker.directions import POWER, WIDTHS, latent_directions
from steamrec.models.ranker.epochs import read_rows
from steamrec.models.ranker.fallback import TAIL_FEATURES, latent_scores, tail_features
from steamrec.models.ranker.features import FEATURES
from steamrec.models.ranker.tasks import FEATURES_TABLE, TAIL_TABLE, write_rows
from steamrec.scoring.artifact import Artifact, save_artifact
from steamrec.workspace import Workspace
from tests.models.ranker.worlds import batch_of, random_libraries, retrieval_of

ITEMS = 90


@pytest.fixture(scope="module")
def world():
    libraries = [row[:20] for row in random_libraries(300, ITEMS, 5)]
    owned = np.zeros((len(libraries), ITEMS), np.float32)
    for user, library in enumerate(libraries):
        owned[user, library] = 1
    return libraries, owned


def test_latent_scores_are_the_projections_of_the_scaled_libraries(world):
    """Against a full decomposition: X D times the projector on its w largest directions."""
    libraries, owned = world
    gram = owned.T @ owned
    directions, scale = latent_directions(gram)
    np.testing.assert_allclose(scale, np.diag(gram) ** -POWER, rtol=1e-5)
    scores = latent_scores(batch_of(libraries), directions, scale)
    _, vectors = np.linalg.eigh((gram * scale[:, None] * scale[None, :]).astype(float))
    for place, width in enumerate(WIDTHS):
        largest = vectors[:, -width:]
        expected = (owned * scale) @ largest @ largest.T
        np.testing.assert_allclose(scores[:, place], expected, atol=2e-3)


def test_a_small_catalogue_has_directions_of_zeros():
    libraries = random_libraries(30, 10, 1)
    owned = np.zeros((30, 10), np.float32)
    for user, library in enumerate(libraries):
        owned[user, library] = 1
    directions, scale = latent_directions(owned.T @ owned)
    assert directions.shape == (10, WIDTHS[-1])
    assert not directions[:, 10:].any()
    scores = latent_scores(batch_of(libraries), directions, scale)
    assert (scores[:, 1] == scores[:, 3]).all()


def test_the_features_of_two_items_by_hand():
    latent = np.array([[0.002, -1.0], [0.003, 0.0], [0.004, 0.0], [0.005, 0.0]], np.float32)
    table = np.stack(
        tail_features(
            np.array([0.1, -0.2], np.float32),
            latent,
            np.array([50.0, 0.0], np.float32),
            np.array([0.5, 0.5], np.float32),
            20,
        ),
        axis=1,
    )
    values = {
        "ease": (0.1, -0.2),
        "log_ease": (0.1, -0.2),
        "log_owners": (math.log(50), 0.0),
        "log_library": (math.log(20), math.log(20)),
        "latent_8": (0.002, -1.0),
        "latent_64": (0.005, 0.0),
        "log_latent_8": (0.004, -2.0),
        "log_latent_64": (0.01, 0.0),
    }
    for name, both in values.items():
        column = list(TAIL_FEATURES).index(name)
        np.testing.assert_allclose(table[:, column], both, rtol=1e-4, err_msg=name)


def test_rows_have_the_target_first_and_nothing_owned(world, tmp_path):
    libraries, _ = world
    libraries = libraries[:40]
    retrieval = retrieval_of(libraries, ITEMS)
    workspace = Workspace(str(tmp_path))
    save_artifact(workspace, Artifact("ranker", retrieval.arrays(), 40, ITEMS))
    batch = batch_of(libraries)
    pairs = batch.pairs()
    # Every second user's first item is the target.
    first = batch.indptr[:-1:2]
    known = np.ones(len(pairs), bool)
    known[first] = False
    roles = [Role.FITTED if fitted else Role.HOLDOUT for fitted in known]
    key = np.array(list(map(pair_key, pairs.users.tolist(), roles, pairs.items.tolist())))
    order = np.argsort(key)
    columns = {"batch": np.zeros(len(key), np.int32), "key": key, "position": pairs.positions}
    record_batch = pa.RecordBatch.from_pydict(
        {name: values[order] for name, values in columns.items()}
    )
    [written] = write_rows(iter([record_batch]), str(tmp_path), "ranker", 5, 100, 7)
    [counts] = written.to_pylist()
    assert counts["batch"] == 0 and counts["tail_users"] == 20
    rows = read_rows(workspace, TAIL_TABLE, 20, 101)
    owners = np.exp(rows[..., list(TAIL_FEATURES).index("log_owners")])
    valid = rows[..., -1]
    for row, user in enumerate(range(0, 40, 2)):
        # The target, and all that is free: fewer items are free than are asked for.
        assert valid[row].sum() == 1 + ITEMS - len(libraries[user])
        target = batch.indices[batch.indptr[user]]
        free = np.setdiff1d(np.arange(ITEMS), libraries[user])
        drawn = np.sort(owners[row, 1 : 1 + len(free)])
        np.testing.assert_allclose(drawn, np.sort(retrieval.owners[free]), rtol=1e-3)
        assert owners[row, 0] == pytest.approx(retrieval.owners[target], rel=1e-3)
    # The candidates' rows: only users whose target is among the five.
    chosen = read_rows(workspace, FEATURES_TABLE, counts["users"], 5)
    assert 0 < counts["users"] <= 20 and (chosen[..., -1] == 1).all()
    ranks = np.expm1(chosen[..., list(FEATURES).index("log_rank")])
    np.testing.assert_allclose(np.sort(ranks, axis=1), [range(5)] * len(chosen), atol=1e-4)
