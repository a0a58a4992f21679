"""Item-item weights: lists for any user from the items owned, and which of them explain a list.

The weights are EASE's (Steck, WWW 2019): the score of item j is the sum of w_ij over owned i.
"""

from collections.abc import Sequence

import numpy as np

from steamrec.models.ease.sparse_arrays import STARTS, TARGETS, VALUES, dense_rows
from steamrec.scoring.artifact import Arrays, folder, load_artifact
from steamrec.scoring.scorer import FloatArray
from steamrec.serving.parquet_rows import damaged
from steamrec.serving.serving_set import ServingSet, check_files

DENSE = "weights"
SPARSE = (STARTS, TARGETS, VALUES)


def weight_rows(served: ServingSet, owned: list[int]) -> FloatArray:
    """float32 [owned, items]: the weights from each owned item, of the run's item-item model.

    From a local disk only these rows are read; the whole array has the catalogue's square. Raises
    RunError when the model's files are damaged or are not those of the run.
    """
    model = served.model
    assert model is not None
    name, items = model["name"], int(model["items"])
    path = served.files.path(folder(name))
    check_files(served.files, folder(name), model["files"])
    about = served.files.read_json(f"{folder(name)}/model.json")
    if about["content_hash"] != model["content_hash"]:
        raise damaged(path, "it is the model of another run")
    names = (DENSE,) if DENSE in about["arrays"] else SPARSE
    if served.files.local:
        arrays = _mapped(path, names)
    else:
        arrays = load_artifact(served.files, name, published=True).arrays
    if not _fits(arrays, items):
        raise damaged(path, "it does not fit the run's items")
    if DENSE in arrays:
        return np.asarray(arrays[DENSE][owned], np.float32)
    return dense_rows(arrays, owned, items)


def _mapped(path: str, names: Sequence[str]) -> Arrays:
    """The arrays in the folder `path`, mapped for reading."""
    arrays = {}
    for name in names:
        file = f"{path}/{name}.npy"
        try:
            arrays[name] = np.load(file, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise damaged(file, str(error)) from None
    return arrays


def _fits(arrays: Arrays, items: int) -> bool:
    if DENSE in arrays:
        return arrays[DENSE].shape == (items, items)
    starts, targets, values = (arrays[name] for name in SPARSE)
    return starts.shape == (items + 1,) and len(targets) == len(values) == int(starts[-1])


def best_items(
    rows: FloatArray, owned: list[int], k: int, excluded: Sequence[int] = ()
) -> list[tuple[int, float]]:
    """The k best (item, score), neither owned nor excluded, ties by lower item number.

    rows: float32 [owned, items]; the list is best first. Only items with a score above 0 are in it:
    the others do not follow from what is owned.
    """
    scores = rows.sum(axis=0)
    scores[[*owned, *excluded]] = -np.inf
    order = np.argsort(-scores, kind="stable")[:k]
    return [(int(item), float(scores[item])) for item in order if scores[item] > 0]


def leaning(rows: FloatArray, owned: list[int], item: int, count: int) -> list[int]:
    """At most `count` owned items with the largest weights for `item`, all above 0."""
    weights = rows[:, item]
    order = np.argsort(-weights, kind="stable")[:count]
    return [owned[index] for index in order if weights[index] > 0]
