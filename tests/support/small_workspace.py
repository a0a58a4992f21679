"""A small finished workspace written by hand, without Spark."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from steamrec.publish.pointer import move_pointer
from steamrec.publish.serving_set import file_sizes, link_files, link_model
from steamrec.scoring.artifact import Artifact, save_artifact
from steamrec.serving.serving_set import ABOUT, HASHED, VERSION, digest_of_files
from steamrec.workspace import Workspace

NAMES = ["Portal", "Portal 2", "Doom", "Hexen\x1b[31m", "Quake"]


def write_small_workspace(
    folder: Path,
    ease: bool = True,
    facts: bool = False,
    excluded: Sequence[str] = (),
) -> Workspace:
    """Five items; user "known" owns Portal and Doom, "cold" owns Quake.

    `facts`: prices and genres of Portal 2, Doom (free) and Hexen (no price) are known.
    """
    workspace = Workspace(str(folder))

    def table(name: str, columns: dict[str, Any]) -> None:
        path = Path(workspace.path(name))
        path.mkdir(parents=True)
        pq.write_table(pa.table(columns), path / "part-0.parquet")

    ids = [str(10 * (item + 1)) for item in range(5)]
    table(
        "items", {"item": range(5), "item_id": ids, "item_name": NAMES, "owners": [5, 4, 3, 2, 1]}
    )
    table("users", {"user": [0], "user_id": ["known"], "items": [2]})
    table("interactions", {"user": [0, 0], "item": [0, 2], "playtime_forever": [9, 1]})
    table("cold_users", {"user_id": ["cold"], "items": [[4]]})
    if facts:
        genres = [["Action", "Puzzle", "Co-op", "Comedy"], ["Action"], ["RP\x1bG", "x" * 40]]
        table("item_metadata", {
            "item_id": [ids[1], ids[2], ids[3]], "genres": genres, "price": [9.99, 0.0, None],
            "tags": [[], ["Gore"], ["FPS"]],
        })  # fmt: skip
        workspace.write_bytes("item_metadata/_SUCCESS", b"")
    run = "exports/dt=2026-01-31/run=20260131T010203Z-abcdef"
    rows = [("known", 1, 1, 2.5), ("known", 2, 3, 1.5), ("cold", 1, 0, 5.0)]
    table(run, {
        "user_id": [row[0] for row in rows], "rank": [row[1] for row in rows],
        "item_id": [ids[row[2]] for row in rows], "item_name": [NAMES[row[2]] for row in rows],
        "score": [row[3] for row in rows], "source": ["ease", "ease", "popularity"],
    })  # fmt: skip
    weights = np.zeros((5, 5), np.float32)
    weights[0, 1], weights[2, 3], weights[2, 1], weights[4, 3] = 0.9, 0.8, 0.1, 0.5
    name, array = ("ease", "weights") if ease else ("gmf", "item_factors")
    save_artifact(workspace, Artifact(name, {array: weights}, 1, 5))
    night = run.removeprefix("exports/")
    publish_small_workspace(workspace, night, [name], excluded)
    return workspace


def publish_small_workspace(
    workspace: Workspace, night: str, models: Sequence[str], excluded: Sequence[str] = ()
) -> None:
    """Publish what the workspace holds, with real links and without Spark."""
    serving = f"serving/{night}"
    served: dict[str, Any] = {}
    for table in ("items", "users", "interactions", "cold_users", "item_metadata"):
        if workspace.exists(table):
            files = link_files(workspace, table, f"{serving}/{table}")
            rows = pq.read_table(workspace.path(table)).num_rows
            served[table] = {"rows": rows, "content_hash": "0", "files": files}
            if table in HASHED:
                served[table]["sha256"] = digest_of_files(workspace, table, files)
    workspace.write_json(f"{serving}/{ABOUT}", {
        "version": VERSION, "tables": served, "model": link_model(workspace, serving, models),
        "lists": file_sizes(workspace, f"exports/{night}"), "excluded": list(excluded),
    })  # fmt: skip
    date, run_id = night.removeprefix("dt=").split("/run=")
    record = {
        "date": date, "run_id": run_id, "path": f"exports/{night}", "serving": serving,
        "rows": 3, "users": 2, "model": models[0], "content_hash": "0",
    }  # fmt: skip
    record |= {"ndcg": 0.5, "previous": None}
    workspace.write_bytes(f"exports/{night}/_SUCCESS", b"")
    workspace.write_json(f"exports/{night}/_run.json", record)
    move_pointer(workspace, record)
