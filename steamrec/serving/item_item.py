"""Item-item weights: lists for anybody from what they own, and what a list leans on.

The weights are EASE's (Steck, WWW 2019): the score of item j is the sum of w_ij over owned i.
"""

from collections.abc import Sequence

import numpy as np

from steamrec.scoring.artifact import folder, load_artifact
from steamrec.scoring.scorer import FloatArray
from steamrec.serving.serving_set import ServingSet, check_files, damaged

ARRAY = "weights"


def weight_rows(served: ServingSet, owned: list[int]) -> FloatArray:
    """float32 [owned, items]: the weights from each owned item, of the run's item-item model.

    From a local disk only these rows are read; the whole array has the catalogue's square. Raises
    RunError when the model's files are damaged or are not those of the run.
    """
    model = served.model
    assert model is not None
    name, place = model["name"], served.files.path(folder(model["name"]))
    check_files(served.files, folder(name), model["files"])
    if (
        served.files.read_json(f"{folder(name)}/model.json")["content_hash"]
        != model["content_hash"]
    ):
        raise damaged(place, "it is the model of another run")
    if not served.files.local:
        artifact = load_artifact(served.files, name, published=True)
        return np.asarray(artifact.arrays[ARRAY][owned], np.float32)
    try:
        weights = np.load(f"{place}/{ARRAY}.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise damaged(f"{place}/{ARRAY}.npy", str(error)) from None
    if weights.shape != (model["items"], model["items"]):
        raise damaged(f"{place}/{ARRAY}.npy", "it does not fit the run's items")
    return np.asarray(weights[owned], np.float32)


def best_items(
    rows: FloatArray, owned: list[int], k: int, excluded: Sequence[int] = ()
) -> list[tuple[int, float]]:
    """The k best (item, score), neither owned nor excluded, ties by lower item number.

    rows: float32 [owned, items]; the list is best first. Only items with a score above 0 stand in
    it: the others do not follow from what is owned.
    """
    scores = rows.sum(axis=0)
    scores[[*owned, *excluded]] = -np.inf
    order = np.argsort(-scores, kind="stable")[:k]
    return [(int(item), float(scores[item])) for item in order if scores[item] > 0]


def leaning(rows: FloatArray, owned: list[int], item: int, count: int) -> list[int]:
    """At most `count` owned items with the largest weights for `item`, all above 0."""
    weights = rows[:, item]
    order = np.argsort(-weights, kind="stable")[:count]
    return [owned[place] for place in order if weights[place] > 0]
