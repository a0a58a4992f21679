"""The log loss of the three networks and its gradient, written out by hand.

What automatic differentiation makes of the Keras networks walks over the activations several
times and multiplies batches of small matrices. Here each layer is one plain matrix product
forwards and two backwards, which took a third less processor time. The tests hold it to Keras
and tf.GradientTape.
"""

from typing import Any

from steamrec.training.tensorflow_quiet import tf

Tensors = dict[str, Any]


def log_loss(rows: Tensors, weights: Tensors, valid: Any, share: Any) -> tuple[Any, Tensors]:
    """The notebook's loss of some rows, and its gradient.

    `rows` holds the embeddings of m users and of their c items: "gmf_user" and "mlp_user"
    [m, d], "gmf_item" and "mlp_item" [m * c, d], as far as the network has them; `weights` the
    layers' ("hidden_0/kernel", ...). `valid` float32 [m, c] is 0 where there is no item. The loss
    is the sum of the pairs' sigmoid cross entropies, the first item of each being the positive,
    times `share`. Returns it and the gradients by the names in `rows` and `weights`.
    """
    users, columns = tf.shape(valid)[0], tf.shape(valid)[1]
    found: Tensors = {}
    joined, hidden = [], []
    if "gmf_user" in rows:
        joined.append(_flat(rows["gmf_user"][:, None] * _by_user(rows["gmf_item"], users, columns)))
    if "mlp_user" in rows:
        hidden = _hidden_layers(rows, weights, users, columns)
        joined.append(hidden[-1])
    kernels = _split(weights["output/kernel"], [part.shape[1] for part in joined])
    parts = [tf.matmul(part, kernel) for part, kernel in zip(joined, kernels, strict=True)]
    logits = tf.reshape(tf.add_n(parts), tf.shape(valid)) + weights["output/bias"]

    # -log sigmoid(z) of a positive, -log sigmoid(-z) of a negative; the gradient by z is
    # sigmoid(z) - 1 and sigmoid(z).
    labels = tf.one_hot(0, columns)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(logits) + labels, logits)
    share = share * valid
    loss = tf.reduce_sum(entropy * share)
    by_logit = tf.reshape((tf.sigmoid(logits) - labels) * share, (-1, 1))

    found["output/bias"] = tf.reduce_sum(by_logit, 0)
    found["output/kernel"] = tf.concat([_product(part, by_logit) for part in joined], 0)
    backwards = [by_logit * tf.squeeze(kernel, 1) for kernel in kernels]
    if "gmf_user" in rows:
        by_product = _by_user(backwards[0], users, columns)
        item = _by_user(rows["gmf_item"], users, columns)
        found["gmf_user"] = tf.reduce_sum(by_product * item, 1)
        found["gmf_item"] = _flat(by_product * rows["gmf_user"][:, None])
    if "mlp_user" in rows:
        found |= _hidden_gradients(rows, weights, hidden, backwards[-1], users, columns)
    return loss, found


def _hidden_layers(rows: Tensors, weights: Tensors, users: Any, columns: Any) -> list[Any]:
    """The outputs of the hidden layers, [m * c, units] each; the first is split as PairDense."""
    width = rows["mlp_user"].shape[1]
    kernel = weights["hidden_0/kernel"]
    of_user = tf.matmul(rows["mlp_user"], kernel[:width]) + weights["hidden_0/bias"]
    of_item = _by_user(tf.matmul(rows["mlp_item"], kernel[width:]), users, columns)
    layers = [tf.nn.relu(_flat(of_item + of_user[:, None]))]
    while f"hidden_{len(layers)}/kernel" in weights:
        name = f"hidden_{len(layers)}"
        product = tf.matmul(layers[-1], weights[f"{name}/kernel"])
        layers.append(tf.nn.relu(tf.nn.bias_add(product, weights[f"{name}/bias"])))
    return layers


def _hidden_gradients(
    rows: Tensors, weights: Tensors, layers: list[Any], backward: Any, users: Any, columns: Any
) -> Tensors:
    found: Tensors = {}
    for number in range(len(layers) - 1, 0, -1):
        backward = tf.raw_ops.ReluGrad(gradients=backward, features=layers[number])
        found[f"hidden_{number}/kernel"] = _product(layers[number - 1], backward)
        found[f"hidden_{number}/bias"] = tf.reduce_sum(backward, 0)
        backward = tf.matmul(backward, weights[f"hidden_{number}/kernel"], transpose_b=True)
    width = rows["mlp_user"].shape[1]
    kernel = weights["hidden_0/kernel"]
    by_item = tf.raw_ops.ReluGrad(gradients=backward, features=layers[0])
    by_user = tf.reduce_sum(_by_user(by_item, users, columns), 1)
    halves = [_product(rows["mlp_user"], by_user), _product(rows["mlp_item"], by_item)]
    found["hidden_0/kernel"] = tf.concat(halves, 0)
    found["hidden_0/bias"] = tf.reduce_sum(by_user, 0)
    found["mlp_user"] = tf.matmul(by_user, kernel[:width], transpose_b=True)
    found["mlp_item"] = tf.matmul(by_item, kernel[width:], transpose_b=True)
    return found


def _by_user(flat: Any, users: Any, columns: Any) -> Any:
    """[m * c, d] -> [m, c, d]."""
    return tf.reshape(flat, (users, columns, flat.shape[1]))


def _flat(grouped: Any) -> Any:
    """[m, c, d] -> [m * c, d]."""
    return tf.reshape(grouped, (-1, grouped.shape[2]))


def _product(left: Any, right: Any) -> Any:
    """left.T @ right: a kernel's gradient."""
    return tf.matmul(left, right, transpose_a=True)


def _split(kernel: Any, widths: list[int]) -> list[Any]:
    return [kernel] if len(widths) == 1 else tf.split(kernel, widths)
