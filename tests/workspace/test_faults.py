from pathlib import Path

import pytest

from steamrec.data import tables
from steamrec.errors import RunError
from steamrec.pipeline.runner import run_stage
from steamrec.pipeline.stage import Outcome
from steamrec.workspace import Workspace
from steamrec.workspace.disk_errors import explain_fault
from tests.support.stages import stage_of

COPY = tables.Table("copy", tables.USERS.columns)


def reading(context):
    context.read(tables.USERS).count()
    context.write(context.read(tables.USERS), COPY)
    return Outcome()


@pytest.mark.parametrize("content", [b"PAR1 and no more", None])
def test_a_damaged_table_is_named_with_what_to_do(make_context, content):
    context = make_context()
    rows = [(number, str(number), 1) for number in range(100)]
    frame = context.spark.createDataFrame(rows, tables.USERS.ddl).coalesce(1)
    context.write(frame, tables.USERS)
    (part,) = Path(context.workspace.path("users")).glob("*.parquet")
    whole = part.read_bytes()
    part.write_bytes(whole[:-40] if content is None else content)
    part.with_name(f".{part.name}.crc").unlink()
    stage = stage_of("reader", reading)
    with pytest.raises(RunError) as refused:
        run_stage(stage, context)
    assert str(part) in str(refused.value)
    assert "--fresh" in str(refused.value)


def test_a_sentence_from_a_worker_is_the_stages(tmp_path):
    traceback = (
        "An exception was thrown\n  File x\nsteamrec.errors.RunError: It is damaged.\n\tat y"
    )
    told = explain_fault(Exception(traceback), Workspace(str(tmp_path)), "export")
    assert isinstance(told, RunError)
    assert str(told) == "It is damaged."
