"""A training that is killed goes on, and ends as if nothing had happened."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from steamrec.data.context import Context
from steamrec.models.settings import load_settings
from steamrec.pipeline.nightly import run_command
from steamrec.synthetic.write import write_file
from steamrec.training.tensorflow_quiet import tf
from steamrec.workspace import Workspace

SETTINGS = [
    'train.models=["neumf"]',
    "train.epochs=4",
    "train.batch_size=512",
    "train.learning_rate=0.01",
    "train.patience=0",
    "split.validation_users=40",
]


def train(workspace: Path, raw: Path) -> subprocess.Popen[str]:
    overrides = [f"--set={value}" for value in [*SETTINGS, f"input.path={raw}"]]
    command = [sys.executable, "-m", "steamrec", "train", "--workspace", str(workspace),
               "--master", "local[1]", *overrides]  # fmt: skip
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ)


@pytest.fixture
def sampled(spark, tmp_path):
    """A workspace in which everything up to the samples is finished."""
    write_file(300, 2, str(tmp_path / "raw.json"))
    settings = load_settings(None, [*SETTINGS, f"input.path={tmp_path}/raw.json"])
    context = Context(settings, Workspace(str(tmp_path / "one")), "local[2]", "2026-01-31")
    for command in ("ingest", "prepare", "sample"):
        run_command(command, context)
    return tmp_path


def test_a_killed_training_ends_with_the_same_bits(sampled):
    shutil.copytree(sampled / "one", sampled / "two")
    undisturbed = train(sampled / "one", sampled / "raw.json")
    _, log = undisturbed.communicate()
    assert undisturbed.returncode == 0, log

    checkpoint = sampled / "two/models/neumf/checkpoint.npz"
    killed = train(sampled / "two", sampled / "raw.json")
    while not checkpoint.exists():
        assert killed.poll() is None, killed.stderr.read()
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stderr.close()
    assert not (sampled / "two/models/neumf/model.json").exists()

    resumed = train(sampled / "two", sampled / "raw.json")
    _, log = resumed.communicate()
    assert resumed.returncode == 0, log
    assert "continuing after epoch" in log
    assert not checkpoint.exists()
    models = [
        json.loads((sampled / name / "models/neumf/model.json").read_text())
        for name in ("one", "two")
    ]
    assert models[0]["content_hash"] == models[1]["content_hash"]
    curves = [
        [(entry["epoch"], entry["loss"], entry["validation_ndcg"]) for entry in model["curve"]]
        for model in models
    ]
    assert curves[0] == curves[1]
    assert len(curves[0]) == 4
    assert logged(sampled / "two/tensorboard/neumf") == {
        epoch: loss for epoch, loss, _ in curves[1]
    }


def logged(folder):
    """The losses in TensorBoard's event files, by epoch."""
    return {
        event.step: pytest.approx(float(tf.make_ndarray(value.tensor)), rel=1e-6)
        for file in folder.iterdir()
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
        if value.tag == "loss"
    }
