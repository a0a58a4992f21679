"""Top-10 lists for every user of a finished night: this project's scorers against implicit's.

    python scripts/bench_export.py WORKSPACE [MODEL ...]

Scores the whole catalogue, leaves owned items out and selects, without Spark, on all cores:
each scorer over the night's batches in one process a core, BLAS on one thread, as the executors
run them; implicit's `recommend` on the same factors and libraries with its own threads.
Prints JSON: seconds a model, and GMF's as a multiple of implicit's (the best of three runs each,
taken in turns).
"""

import json
import multiprocessing
import os
import sys
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pyarrow.parquet as pq
from scipy import sparse

from steamrec.data.user_batches import Pairs, UserBatch
from steamrec.models.loading import cached_scorer
from steamrec.scoring.scorer import leading_scores, owned_cells
from steamrec.scoring.top_k import top_k
from steamrec.workspace import Workspace

USERS_PER_BATCH = 256
K, RUNS = 10, 3


def interactions(workspace: str) -> Pairs:
    """The night's (user, item) pairs."""
    table = pq.read_table(Path(workspace) / "interactions", columns=["user", "item"])
    return Pairs.of(*(table.column(name).to_numpy() for name in ("user", "item")))


def lists(arguments: tuple[str, str, list[UserBatch]]) -> int:
    """Score and select the batches; returns the users served."""
    workspace, model, batches = arguments
    scorer = cached_scorer(workspace, model)
    for batch in batches:
        top_k(leading_scores(scorer, batch, "export", K), owned_cells(batch), K)
    return sum(len(batch.users) for batch in batches)


def main() -> None:
    """Measure and print."""
    from implicit.cpu.als import AlternatingLeastSquares

    workspace = sys.argv[1]
    models = sys.argv[2:] or ["gmf", "mlp", "neumf"]
    pairs = interactions(workspace)
    numbers = pairs.users // USERS_PER_BATCH
    batches = [UserBatch.of(i, pairs.where(numbers == i)) for i in np.unique(numbers).tolist()]
    cores = len(os.sched_getaffinity(0))
    figures: dict[str, Any] = {"cores": cores, "users": sum(len(batch.users) for batch in batches)}
    seconds: dict[str, list[float]] = {name: [] for name in ["implicit", *models]}

    scorer: Any = cached_scorer(workspace, "gmf")  # it has factors
    peer = AlternatingLeastSquares(factors=scorer.user_factors.shape[1], num_threads=cores)
    peer.user_factors, peer.item_factors = scorer.user_factors, scorer.item_factors
    users = np.arange(len(scorer.user_factors))
    owned = sparse.csr_matrix(
        (np.ones(len(pairs), np.float32), (pairs.users, pairs.items)),
        shape=(len(users), len(scorer.item_factors)),
    )
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        for run in range(RUNS):
            start = time.perf_counter()
            peer.recommend(users, owned, N=K, filter_already_liked_items=True)
            seconds["implicit"].append(time.perf_counter() - start)
            for name in models:
                if run and name != "gmf":
                    continue  # they take minutes, and are compared with nothing
                # Loading the model and sending the batches is not measured, as the libraries
                # lie in implicit's memory too.
                pool.map(lists, [(workspace, name, batches[:1])] * cores, chunksize=1)
                parts = [(workspace, name, batches[core::cores]) for core in range(cores)]
                seconds[name].append(max(pool.map(timed, parts, chunksize=1)))
    best = {name: round(min(values), 2) for name, values in seconds.items() if values}
    figures["seconds"] = best
    figures["items"] = Workspace(workspace).read_json("models/gmf/model.json")["items"]
    if "gmf" in best:
        figures["gmf / implicit"] = round(best["gmf"] / best["implicit"], 2)
    print(json.dumps(figures, indent=2))


def timed(arguments: tuple[str, str, list[UserBatch]]) -> float:
    """The seconds that `lists` takes."""
    start = time.perf_counter()
    lists(arguments)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
