"""The scorer of any network: the Keras model itself, over tiles of the catalogue.

It needs TensorFlow where it scores. A network that is worth it gets a scorer of its own in
steamrec.models.registry, as the three of steamrec.models.ncf.scorers.
"""

from typing import Any

import numpy as np

from steamrec.data.user_batches import UserBatch
from steamrec.models.ncf.registry import find_network, section_of
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import FloatArray, as_float32
from steamrec.training.split_network import SplitNetwork
from steamrec.training.tensorflow_quiet import tf

USERS, ITEMS = 16, 1_024  # of a tile: the pairs in memory at a time


class KerasScorer:
    """Scores by a network that is built again from the artifact's settings.

    Arrays of the artifact: the weights by name, with _ for /.
    """

    def __init__(self, artifact: Artifact) -> None:
        self.name, self.items = artifact.name, artifact.items
        network = find_network(artifact.name)
        section = section_of(artifact.name, artifact.settings)
        # The tables stay NumPy's: the model is built with one row of each, and given the others'.
        self._network = SplitNetwork(network.build(1, 1, section, 0))
        weights = network.weights(artifact.arrays)
        tables = [weights[table.weight.path.replace("/", "_")] for table in self._network.tables]
        sides = [table.side for table in self._network.tables]
        padded = [
            np.concatenate([rows, rows[-1:].repeat(-len(rows) % ITEMS, 0)]) for rows in tables
        ]
        self._tables = [
            (side, as_float32(rows if side == "user" else pad))
            for side, rows, pad in zip(sides, tables, padded, strict=True)
        ]
        names = [weight.path.replace("/", "_") for weight in self._network.layers]
        self._layers = [tf.constant(weights[name]) for name in names]
        self._logits = tf.function(self._tile, jit_compile=True)

    def scores(self, batch: UserBatch) -> FloatArray:
        """float32 [users of the batch, items]: logits."""
        count = len(batch.users)
        users = np.concatenate([batch.users, np.zeros(-count % USERS, batch.users.dtype)])
        scores = np.empty((len(users), -(-self.items // ITEMS) * ITEMS), np.float32)
        for row in range(0, len(users), USERS):
            chosen = users[row : row + USERS]
            for start in range(0, self.items, ITEMS):
                rows = [
                    table[chosen] if side == "user" else table[start : start + ITEMS]
                    for side, table in self._tables
                ]
                scores[row : row + USERS, start : start + ITEMS] = self._logits(rows)
        return np.ascontiguousarray(scores[:count, : self.items])

    def _tile(self, rows: list[Any]) -> Any:
        """float32 [USERS, ITEMS] from rows of users [USERS, d] and of items [ITEMS, d]."""
        rows = [
            row if side == "user" else tf.tile(row[None], (USERS, 1, 1))
            for row, (side, _) in zip(rows, self._tables, strict=True)
        ]
        return self._network.logits(rows, self._layers)
