"""Top-10 lists for every user of a finished night: this project's scorers against implicit's.

    python scripts/bench_export.py WORKSPACE [MODEL ...]

Scores the whole catalogue, leaves owned items out and selects, without Spark, on all cores:
each scorer over the night's blocks in one process a core, BLAS on one thread, as the executors
run them; implicit's `recommend` on the same factors and libraries with its own threads.
Prints JSON: seconds a model, and GMF's as a multiple of implicit's (the best of three runs each,
taken in turns).
"""

import json
import multiprocessing
import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pyarrow.parquet as pq
from scipy import sparse

from steamrec.data.user_batches import Block, unpack
from steamrec.models.loading import cached_scorer
from steamrec.scoring.scorer import leading_scores, owned_cells
from steamrec.scoring.top_k import top_k
from steamrec.workspace import Workspace

BLOCK_SIZE = 256
K, RUNS = 10, 3


def packed_interactions(workspace: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The night's (user, item) pairs, packed and sorted."""
    table = pq.read_table(Path(workspace) / "interactions", columns=["user", "item"])
    users, items = (table.column(name).to_numpy().astype(np.int64) for name in ("user", "item"))
    return np.sort(users << 32 | items)


def lists(arguments: tuple[str, str, list[Block]]) -> int:
    """Score and select the blocks; returns the users served."""
    workspace, model, blocks = arguments
    scorer = cached_scorer(workspace, model)
    for block in blocks:
        top_k(leading_scores(scorer, block, "export", K), owned_cells(block), K)
    return sum(len(block.users) for block in blocks)


def main() -> None:
    """Measure and print."""
    from implicit.cpu.als import AlternatingLeastSquares

    workspace = sys.argv[1]
    models = sys.argv[2:] or ["gmf", "mlp", "neumf"]
    packed = packed_interactions(workspace)
    cuts = np.searchsorted(packed >> 32, np.arange(0, (packed[-1] >> 32) + BLOCK_SIZE, BLOCK_SIZE))
    blocks = [unpack(i, packed[a:b]) for i, (a, b) in enumerate(pairwise(cuts))]
    cores = len(os.sched_getaffinity(0))
    figures: dict[str, Any] = {"cores": cores, "users": sum(len(block.users) for block in blocks)}
    seconds: dict[str, list[float]] = {name: [] for name in ["implicit", *models]}

    scorer: Any = cached_scorer(workspace, "gmf")  # it has factors
    peer = AlternatingLeastSquares(factors=scorer.user_factors.shape[1], num_threads=cores)
    peer.user_factors, peer.item_factors = scorer.user_factors, scorer.item_factors
    users = np.arange(len(scorer.user_factors))
    owned = sparse.csr_matrix(
        (np.ones(len(packed), np.float32), (packed >> 32, packed & 0xFFFFFFFF)),
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
                # Loading the model and sending the blocks is no part of it, as the libraries
                # lie in implicit's memory too.
                pool.map(lists, [(workspace, name, blocks[:1])] * cores, chunksize=1)
                parts = [(workspace, name, blocks[core::cores]) for core in range(cores)]
                seconds[name].append(max(pool.map(timed, parts, chunksize=1)))
    best = {name: round(min(values), 2) for name, values in seconds.items() if values}
    figures["seconds"] = best
    figures["items"] = Workspace(workspace).read_json("models/gmf/model.json")["items"]
    if "gmf" in best:
        figures["gmf / implicit"] = round(best["gmf"] / best["implicit"], 2)
    print(json.dumps(figures, indent=2))


def timed(arguments: tuple[str, str, list[Block]]) -> float:
    """The seconds that `lists` takes."""
    start = time.perf_counter()
    lists(arguments)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
