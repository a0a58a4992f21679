"""The whole fit on small and odd catalogues, through Spark and TensorFlow."""

import numpy as np
import pytest

from steamrec.data import tables
from steamrec.models.ease import fit as ease
from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.ranker import refit as refitting
from steamrec.models.ranker.fit import fit
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.models.registry import make_scorer
from steamrec.scoring.artifact import save_artifact
from steamrec.scoring.scorer import finite_scores, leading_scores, owned_cells
from steamrec.scoring.top_k import NO_ITEM, top_k
from tests.models.ranker.worlds import batch_of, short_libraries

SETTINGS = ("train.ranker.epochs=2", "train.ranker.candidates=10")


@pytest.fixture
def write(make_context):
    """A function that writes libraries, in their order, as the tables that a fit reads."""

    def make(libraries, items, partitions=2, validation=(), folder="workspace"):
        context = make_context(*SETTINGS, folder=folder)
        pairs = [
            (user, item, position, user in validation and position == 0)
            for user, library in enumerate(libraries)
            for position, item in enumerate(library)
        ]
        owners = np.bincount([pair[1] for pair in pairs], minlength=items).tolist()
        for table, rows in (
            (tables.TRAIN, pairs),
            (tables.INTERACTIONS, [(user, item, 0, position) for user, item, position, _ in pairs]),
            (tables.USERS, [(u, f"u{u}", len(row)) for u, row in enumerate(libraries)]),
            (tables.ITEMS, [(i, str(i), f"Game {i}", owners[i]) for i in range(items)]),
        ):
            frame = context.spark.createDataFrame(rows, table.ddl)
            context.write(frame.repartition(partitions), table)
        return context

    return make


@pytest.mark.parametrize(
    ("items", "libraries"),
    [(1, [[0]] * 3), (20, [[user] for user in range(20)])],
    ids=["one item", "one item each"],
)
def test_where_nobody_has_two_items_the_order_is_that_of_ease(write, items, libraries):
    context = write(libraries, items)
    scorer = make_scorer(fit(context))
    batch = batch_of([*libraries, [], list(range(items))])
    scores = finite_scores(scorer, batch, "rank")
    listed, _ = top_k(scores, owned_cells(batch), 30)
    wanted, _ = top_k(EaseScorer.of(scorer.retrieval.weights).scores(batch), owned_cells(batch), 30)
    assert (listed == wanted).all()
    assert not context.workspace.exists("features/ranker.json")


def test_a_small_catalogue_repeats_to_the_bit_and_ends_with_the_counts_of_all_pairs(write):
    """One user owns everything, everybody owns item 0, and libraries are of 2 items and more."""
    libraries, items = short_libraries(150, 40, 2)
    libraries = [[0, *(item for item in row if item)][:8] for row in libraries]
    libraries[7] = list(range(items))
    libraries[8:12] = [[0, 5], [0, 9], [3, 0], [0]]
    validation = range(20, 50)
    one = write(libraries, items, 1, validation)
    artifact = fit(one)
    other = write(libraries, items, 5, validation, "other")
    assert fit(other).content_hash == artifact.content_hash
    # More than one in a hundred pairs was a target: the model's counts have them again.
    assert (artifact.arrays["weights"] == ease.fit(one).arrays["weights"]).all()
    for name in ("scale_means", "tail_scale_factors", "mix", "layer_0_kernel"):
        assert np.isfinite(artifact.arrays[name]).all()
    assert len(artifact.curve) == 2

    batch = batch_of([*libraries, []])
    for depth in (3, items + 10):
        items_listed, scores = top_k(
            leading_scores(make_scorer(artifact), batch, "rank", depth), owned_cells(batch), depth
        )
        for user, row in enumerate([*libraries, []]):
            listed = items_listed[user][items_listed[user] != NO_ITEM]
            assert len(listed) == min(depth, items - len(row))
            assert not set(listed.tolist()) & set(row)
        assert np.isfinite(scores[items_listed != NO_ITEM]).all()

    save_artifact(one.workspace, artifact)
    again = refitting.refit(one)
    changed = set(Retrieval.__dataclass_fields__)
    for name in set(artifact.arrays) - changed:  # the networks, their scales, the mix
        assert (again.arrays[name] == artifact.arrays[name]).all(), name
    owners = np.bincount(np.concatenate(libraries).astype(int), minlength=items)
    assert (again.arrays["owners"] == owners).all()
    make_scorer(again).scores(batch)
