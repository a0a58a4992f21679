"""Each epoch's figures as TensorBoard reads them: `tensorboard --logdir WORKSPACE/tensorboard`."""

from typing import Any

from steamrec.training.tensorflow_quiet import tf
from steamrec.workspace import Workspace

FOLDER = "tensorboard"


def write_scalars(workspace: Workspace, name: str, entry: dict[str, float]) -> None:
    """Add one epoch of network `name`; nothing for a workspace behind a URI.

    `entry` is the epoch's place in the training curve: "epoch" and the figures beside it.
    """
    if not workspace.local:
        return  # TensorFlow writes event files to local paths and its own few file systems
    writer = tf.summary.create_file_writer(workspace.path(f"{FOLDER}/{name}"))
    with writer.as_default(step=int(entry["epoch"])):
        for figure, value in entry.items():
            if figure != "epoch":
                tf.summary.write(figure, tf.constant(float(value)), metadata=_scalars())
    writer.close()


def _scalars() -> Any:
    # tf.summary.scalar wants TensorBoard itself, which only who looks at the files needs.
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = "scalars"
    return metadata
