from steamrec.data import tables
from steamrec.pipeline import declarations
from steamrec.pipeline.runner import run_stage


def test_interactions_become_libraries(make_context, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("user,item\n10,b\n9,20\n9,3\n9,3\nx,3\n,5\n")
    context = make_context(
        f"input.path={path}", "input.format=interactions", "ingest.max_quarantined_fraction=0.5"
    )
    receipt = run_stage(declarations.INGEST, context)
    rows = context.read(tables.LIBRARIES).orderBy("offset").collect()
    assert [(row.user_id, [item.item_id for item in row["items"]]) for row in rows] == [
        ("9", ["3", "3", "20"]),
        ("10", ["b"]),
        ("x", ["3"]),
    ]
    assert receipt.counts["quarantined_lines"] == 1
