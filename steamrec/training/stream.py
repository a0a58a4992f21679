"""The one module that knows Petastorm: Parquet files as tf.data pipelines.

Whole row groups are read, stacked and cut into batches; no Python runs for a single row.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from steamrec.training.tensorflow_quiet import tf


@contextmanager
def epoch_batches(url: str, negatives: int, batch: int) -> Iterator[Any]:
    """A tf.data.Dataset over the rows of one epoch, in the order of its files.

    `url` is a folder of files as tables.train_negatives describes; only the columns of the
    first `negatives` negatives are read. Each element is (users int32 [batch], items int32
    [batch, 1 + negatives]), the positive first; the last batch may be smaller.
    """
    columns = ["user", "item", *(f"negative_{number}" for number in range(negatives))]

    def stack(group: Any) -> Any:
        items = tf.stack([getattr(group, column) for column in columns[1:]], axis=1)
        return tf.cast(group.user, tf.int32), tf.cast(items, tf.int32)

    with _row_groups(url, columns) as groups:
        options = tf.data.Options()
        # Sharding would undo the rebatching; the strategy parts each batch instead, so all
        # replicas have equal work whatever the row groups.
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
        yield groups.map(stack).rebatch(batch).prefetch(tf.data.AUTOTUNE).with_options(options)


@contextmanager
def candidate_batches(
    url: str, columns: Sequence[str], candidates: int, users: int
) -> Iterator[Any]:
    """A tf.data.Dataset of float32 [users, candidates, columns] from rows that stand by user.

    `url` is a folder of files of float columns, `candidates` rows to each user; no file parts a
    user. The order is that of the files; the last batch may be smaller.
    """

    def stack(group: Any) -> Any:
        rows = tf.stack([getattr(group, column) for column in columns], axis=1)
        return tf.reshape(rows, (-1, candidates, len(columns)))

    with _row_groups(url, columns) as groups:
        yield groups.map(stack).rebatch(users)


@contextmanager
def _row_groups(url: str, columns: Sequence[str]) -> Iterator[Any]:
    """A tf.data.Dataset whose elements are whole row groups, in the order of the files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from petastorm import make_batch_reader
        from petastorm.tf_utils import make_petastorm_dataset

        # One worker: with more, the order of the row groups is whoever comes first.
        reader = make_batch_reader(
            url,
            schema_fields=[f"^{column}$" for column in columns],
            reader_pool_type="thread",
            workers_count=1,
            shuffle_row_groups=False,
            num_epochs=1,
        )
        try:
            yield make_petastorm_dataset(reader)
        finally:
            reader.stop()
            reader.join()
