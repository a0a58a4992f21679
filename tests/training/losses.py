"""Train a little network in a process of its own and print its losses and weights as JSON.

python -m tests.training.losses FOLDER REPLICAS BATCH
"""

import hashlib
import json
import sys

from steamrec.training.replicas import make_strategy
from steamrec.training.stream import EpochStream
from steamrec.training.trainer import Trainer
from tests.support.networks import build
from tests.training.conftest import ITEMS, USERS


def main(folder: str, replicas: int, batch: int) -> None:
    trainer = Trainer(
        lambda: build("neumf", USERS, ITEMS),
        make_strategy(replicas),
        0.01,
        batch=4 * batch,
    )
    losses = []
    stream = EpochStream(3, batch)
    for _ in range(3):
        with stream.epoch(f"file://{folder}") as batches:
            trainer.epoch(batches, 5, lambda step, loss: losses.append(loss))
    weights = [float(abs(array).sum()) for array in trainer.state()]
    bits = hashlib.sha256(b"".join(array.tobytes() for array in trainer.state())).hexdigest()
    print(json.dumps({"losses": losses, "weights": weights, "bits": bits}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
