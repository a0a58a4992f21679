"""The sampled softmax over shared negatives, with the correction for how often each is drawn.

Every positive of a batch competes with the same SHARED items, which are positives of the same
batch and so come as often as they are owned. Without a correction popular items would be pushed
down; taking log Q, the log of an item's share among the pairs, from each score undoes that
(Bengio and Senecal, IEEE Transactions on Neural Networks 2008; Yi et al., RecSys 2019, section 3).
"""

from typing import Any

from steamrec.training.tensorflow_quiet import tf

SHARED = 2_048
SAME_ITEM_SCORE = -1e9  # the score of a shared item that is the positive itself


def softmax_loss(
    rows: dict[str, Any], ids: dict[str, Any], kernel: Any, valid: Any, share: Any
) -> tuple[Any, dict[str, Any], Any]:
    """The loss of m positives against s shared items by GMF, and its gradient.

    `rows` has the embeddings "user" and "item" [m, d] and "shared" [s, d], `ids` the numbers and
    log Q of "item" [m] and "shared" [s], each a pair; `kernel` is GMF's [d, 1]. `valid` float32 [m]
    is 0 for a padding row. The loss is the sum of -log softmax, times `share`. Returns it and
    the gradients by `rows` (same names) and by the kernel.
    """
    watched = [rows["user"], rows["item"], rows["shared"], kernel]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        weighted = rows["user"] * tf.squeeze(kernel, 1)
        (items, item_share), (shared, shared_share) = ids["item"], ids["shared"]
        own = tf.reduce_sum(weighted * rows["item"], 1) - item_share
        others = tf.matmul(weighted, rows["shared"], transpose_b=True) - shared_share
        others = tf.where(items[:, None] == shared, SAME_ITEM_SCORE, others)
        total = tf.reduce_logsumexp(tf.concat([own[:, None], others], 1), 1)
        loss = tf.reduce_sum((total - own) * valid) * share
    *by_rows, by_kernel = tape.gradient(loss, watched)
    return loss, dict(zip(("user", "item", "shared"), by_rows, strict=True)), by_kernel
