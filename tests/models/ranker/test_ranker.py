"""The scorer's contract, and the network's training."""

import numpy as np
import pytest

from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.ranker.candidates import candidates
from steamrec.models.ranker.fallback import TAIL_FEATURES
from steamrec.models.ranker.features import FEATURES
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.models.ranker.scales import Scales
from steamrec.models.ranker.scorer import RememberingScorer
from steamrec.models.registry import make_scorer
from steamrec.sampling.negatives import eval_negatives
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.ranks import full_ranks, sampled_ranks
from steamrec.scoring.scorer import finite_scores, leading_scores, owned_cells
from steamrec.scoring.top_k import top_k
from tests.models.ranker.worlds import batch_of, random_libraries, retrieval_of

ITEMS, COUNT = 15, 5


@pytest.fixture(scope="module")
def ranker():
    libraries = random_libraries(40, ITEMS, 3)
    retrieval = retrieval_of(libraries, ITEMS)
    rng = np.random.default_rng(0)
    layers = {
        "layer_0_kernel": rng.normal(size=(len(FEATURES), 8)).astype("f4"),
        "layer_0_bias": rng.normal(size=8).astype("f4"),
        "layer_1_kernel": rng.normal(size=(8, 1)).astype("f4"),
        "layer_1_bias": np.zeros(1, "f4"),
        "tail_layer_0_kernel": rng.normal(size=(len(TAIL_FEATURES), 4)).astype("f4"),
        "tail_layer_0_bias": rng.normal(size=4).astype("f4"),
        "tail_layer_1_kernel": rng.normal(size=(4, 1)).astype("f4"),
        "tail_layer_1_bias": np.zeros(1, "f4"),
        "mix": np.ones(1, "f4"),
        **some_scales(FEATURES).arrays(),
        **some_scales(TAIL_FEATURES).arrays("tail_"),
    }
    arrays = retrieval.arrays() | layers
    return make_scorer(artifact_of(arrays)), libraries, arrays


def some_scales(features):
    logs = np.array(list(features.values()))
    size = len(logs)
    floors = np.where(logs, 0.01, 0).astype("f4")
    return Scales(floors, np.full(size, 0.5, "f4"), np.full(size, 0.7, "f4"))


def artifact_of(arrays):
    return Artifact("ranker", arrays, 40, ITEMS, {"candidates": COUNT})


def test_a_batch_equals_each_user_alone_and_repeats(ranker):
    scorer, libraries, _ = ranker
    scores = scorer.scores(batch_of(libraries))
    assert np.isfinite(scores).all()
    assert (scores == scorer.scores(batch_of(libraries))).all()
    for user, library in enumerate(libraries):
        alone = scorer.scores(batch_of([library]))
        np.testing.assert_allclose(scores[user], alone[0], rtol=1e-4, atol=1e-4)


def test_what_is_remembered_serves_another_network_to_the_bit(ranker):
    _, libraries, arrays = ranker
    seen = {}
    batch = batch_of(libraries)
    for factor in (1, -2, 1):
        artifact = artifact_of(arrays | {"layer_1_kernel": factor * arrays["layer_1_kernel"]})
        remembered = RememberingScorer(artifact, seen).scores(batch)
        assert (remembered == make_scorer(artifact).scores(batch)).all()
    assert list(seen) == [0]


def test_validation_orders_what_lies_below_only_where_there_are_few_candidates(ranker, monkeypatch):
    _, libraries, arrays = ranker
    batch = batch_of([*libraries, list(range(ITEMS - 2))])
    whole = make_scorer(artifact_of(arrays)).scores(batch)
    monkeypatch.setattr("steamrec.models.ranker.scorer.VALIDATED", COUNT)
    scores = RememberingScorer(artifact_of(arrays), {}).scores(batch)
    best, values = top_k(scores, owned_cells(batch), COUNT)
    wanted, of_wanted = top_k(whole, owned_cells(batch), COUNT)
    assert (best == wanted).all() and (values == of_wanted).all()


def test_candidates_stand_above_all_that_is_not_owned(ranker):
    scorer, libraries, _ = ranker
    scores = scorer.scores(batch_of(libraries))
    for user, library in enumerate(libraries):
        owned = np.array(sorted(library), np.int32)
        ease = scorer.retrieval.weights[owned].sum(axis=0)
        chosen = candidates(ease[None], batch_of([owned.tolist()]), COUNT).items
        others = np.setdiff1d(np.arange(ITEMS), np.concatenate([owned, chosen]))
        if len(others):
            assert scores[user, chosen].min() > scores[user, others].max()


@pytest.mark.parametrize("excluded", [None, [0, 3, 7], list(range(12))])
@pytest.mark.parametrize("depth", [1, COUNT - 2, COUNT, COUNT + 4, ITEMS])
def test_leading_scores_serve_lists_and_ranks_as_all_scores_do(ranker, depth, excluded):
    scorer, libraries, _ = ranker
    batch = batch_of([[], list(range(ITEMS)), list(range(ITEMS - 2)), *libraries])
    excluded = None if excluded is None else np.array(excluded, np.int32)
    everything = scorer.scores(batch)
    users = np.arange(len(batch.users), dtype=np.int32)
    for target in range(ITEMS):  # owned ones, candidates, and items below them
        targets = np.full(len(users), target, np.int32)
        leading = leading_scores(scorer, batch, "rank", depth, excluded, (users, targets))
        assert np.isfinite(leading).all()
        for own, wanted in zip(
            top_k(leading.copy(), owned_cells(batch), depth, excluded),
            top_k(everything.copy(), owned_cells(batch), depth, excluded),
            strict=True,
        ):
            assert (own == wanted).all()
        negatives = np.tile(np.arange(ITEMS, dtype=np.int32), len(users))
        asked = (users, targets, np.arange(len(users) + 1) * ITEMS, negatives)
        for own, wanted in (
            (sampled_ranks(leading, *asked), sampled_ranks(everything, *asked)),
            (
                full_ranks(leading, owned_cells(batch), users, targets),
                full_ranks(everything.copy(), owned_cells(batch), users, targets),
            ),
        ):
            assert (own[0] == wanted[0]).all() and (own[1] == wanted[1]).all()


def test_lists_do_not_order_what_lies_below_the_candidates(ranker, monkeypatch):
    scorer, libraries, _ = ranker
    asked = []
    fill = scorer._fill_below
    monkeypatch.setattr(
        scorer, "_fill_below", lambda *given: (asked.append(given[-1].tolist()), fill(*given))
    )
    leading_scores(scorer, batch_of([libraries[0][:3], list(range(ITEMS - 2))]), "rank", COUNT)
    assert asked == [[False, True]]


@pytest.mark.parametrize("trained", [True, False])
def test_without_weight_or_network_the_candidates_keep_the_order_of_ease(ranker, trained):
    """Untrained: no user to learn from, so that the artifact has no layers at all."""
    _, libraries, arrays = ranker
    kept = {name: arrays[name] for name in arrays if trained or "layer_" not in name}
    scorer = make_scorer(artifact_of(kept | {"mix": np.zeros(1, "f4")}))
    batch = batch_of(libraries)
    ease = EaseScorer.of(scorer.retrieval.weights).scores(batch)
    depth = COUNT if trained else ITEMS
    own, _ = top_k(scorer.scores(batch), owned_cells(batch), depth)
    wanted, _ = top_k(ease, owned_cells(batch), depth)
    assert own.tolist() == wanted.tolist()


def test_half_a_weight_lies_between(ranker):
    _, libraries, arrays = ranker
    batch = batch_of(libraries[:1])
    lists = [
        make_scorer(artifact_of(arrays | {"mix": np.array([weight], "f4")})).scores(batch)[0]
        for weight in (0, 0.5, 1)
    ]
    chosen = candidates(EaseScorer.of(arrays["weights"]).scores(batch), batch, COUNT).items
    ease, half, network = (scores[chosen] for scores in lists)
    wanted = 0.5 * network / network.std() + 0.5 * ease / ease.std()
    np.testing.assert_allclose(half, wanted, rtol=1e-4)


def test_the_order_of_a_library_counts(ranker):
    scorer, _, _ = ranker
    one, other = batch_of([[1, 2, 3, 4, 5]]), batch_of([[5, 3, 1, 4, 2]])
    assert not np.allclose(scorer.scores(one), scorer.scores(other))


def test_gaps_between_places_say_nothing(ranker):
    """A held-out item leaves a gap in the positions: no score may see it."""
    scorer, _, _ = ranker
    one, other = batch_of([[4, 2, 9, 7]]), batch_of([[4, 2, 9, 7]])
    other.positions[:] = other.positions * 3 + (other.positions > 7) * 1000
    assert (scorer.scores(one) == scorer.scores(other)).all()


def test_training_finds_the_feature_that_tells_the_target():
    from steamrec.models.ranker.network import ListwiseTrainer
    from steamrec.training.replicas import make_strategy
    from steamrec.training.tensorflow_quiet import tf

    rng = np.random.default_rng(1)
    width, users, count = 4, 256, 10
    table = rng.normal(size=(users, count, width + 1)).astype("f4")
    table[:, 0, 2] += 4
    table[:, :, -1] = 1
    table[:, 7:, -1] = 0
    table[:, 7:, 2] = 50  # rows that do not count would win
    trainer = ListwiseTrainer(width, (8,), 1, make_strategy(1), 0.01, 0)
    losses = [
        trainer.epoch(tf.constant(table[start : start + 64]) for start in range(0, users, 64))
        for _ in range(25)
    ]
    assert losses[0] == pytest.approx(np.log(7), abs=1.0)
    assert losses[-1] < 0.3 * losses[0]
    state = trainer.state()
    again = ListwiseTrainer(width, (8,), 2, make_strategy(1), 0.01, 0)
    again.restore(state)
    assert all((a == b).all() for a, b in zip(state, again.state(), strict=True))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("items", "libraries"),
    [
        (1, [[0], [0]]),
        (2, [[0, 1], [1, 0], [1]]),
        (5, [[0, 1, 2, 3, 4]] * 3),  # everybody owns everything
        (5, [[4, item] for item in range(4)]),  # everybody owns one item
    ],
)
def test_the_smallest_catalogues_have_finite_scores(ranker, items, libraries):
    _, _, arrays = ranker
    layers = {name: arrays[name] for name in arrays if name not in Retrieval.__dataclass_fields__}
    retrieval = retrieval_of(libraries, items)
    artifact = Artifact("ranker", retrieval.arrays() | layers, 9, items, {"candidates": 100})
    batch = batch_of(libraries)
    assert finite_scores(make_scorer(artifact), batch, "rank").shape == (len(libraries), items)
    negatives = eval_negatives(batch, 10**9, items, 1)  # more than there are
    assert [len(row) for row in negatives] == [items - len(library) for library in libraries]
