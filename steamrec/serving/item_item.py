"""Item-item weights: lists for anybody from what they own, and what a list leans on.

The weights are EASE's (Steck, WWW 2019): the score of item j is the sum of w_ij over owned i.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from steamrec.scoring.artifact import folder, load_artifact
from steamrec.scoring.scorer import FloatArray
from steamrec.workspace import Workspace

ARRAY = "weights"


def weights_model(workspace: Workspace) -> str | None:
    """The model of the workspace that has item-item weights: ease before others, None for none."""
    names = workspace.list("models")
    for name in sorted(names, key=lambda name: (name != "ease", name)):
        about = f"{folder(name)}/model.json"
        if workspace.exists(about) and ARRAY in workspace.read_json(about)["arrays"]:
            return name
    return None


def weight_rows(workspace: Workspace, model: str, owned: list[int]) -> FloatArray:
    """float32 [owned, items]: the weights from each owned item.

    From a local disk only these rows are read; the whole array has the catalogue's square.
    """
    if not workspace.local:
        return np.asarray(load_artifact(workspace, model).arrays[ARRAY][owned], np.float32)
    path = workspace.path(f"{folder(model)}/{ARRAY}.npy")
    weights: npt.NDArray[np.float32] = np.load(path, mmap_mode="r", allow_pickle=False)
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
