"""The three networks of neural collaborative filtering (He et al., WWW 2017) in Keras 3.

They are drawn as the notebook draws them, but for two things. A row is a user with several
items (a positive and its negatives), so the user's side is computed once for all of them. And
dropout and batch normalisation are left out: the notebook builds them without a training flag,
so they never act there.
"""

from typing import Any

from steamrec.training.tensorflow_quiet import keras

EMBEDDING_SPREAD = 0.05


@keras.saving.register_keras_serializable(package="steamrec")
class PairDense(keras.layers.Layer):  # type: ignore[misc]
    """A dense ReLU layer on [user, item], whose kernel is split so that each side is computed once.

    user [b, 1, d], item [b, c, d] -> [b, c, units]; one kernel [2 d, units], initialised as a
    dense layer on the concatenation would be.
    """

    def __init__(self, units: int, initializer: Any, **options: Any) -> None:
        super().__init__(**options)
        self.units, self.initializer = units, initializer

    def build(self, user_shape: Any, item_shape: Any) -> None:
        """Make the weights."""
        self.width = int(user_shape[-1])
        total = self.width + int(item_shape[-1])
        self.kernel = self.add_weight(
            shape=(total, self.units), initializer=self.initializer, name="kernel"
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, user: Any, item: Any) -> Any:
        """relu(user @ K_u + item @ K_i + b)."""
        from_user = keras.ops.matmul(user, self.kernel[: self.width]) + self.bias
        return keras.ops.relu(from_user + keras.ops.matmul(item, self.kernel[self.width :]))


def build_network(name: str, users: int, items: int, settings: dict[str, Any]) -> Any:
    """Network `name` ("gmf", "mlp" or "neumf") as a keras.Model.

    Inputs: users int32 [b] and items int32 [b, c]; output: logits float32 [b, c].
    `settings` holds seed and the network's sizes (steamrec.settings.model).
    """
    seeds = iter(range(1_000 * settings["seed"], 1_000 * settings["seed"] + 1_000))
    user = keras.Input((), dtype="int32", name="user")
    item = keras.Input((None,), dtype="int32", name="items")

    def embed(size: int, width: int, inputs: Any, label: str) -> Any:
        initializer = keras.initializers.RandomNormal(stddev=EMBEDDING_SPREAD, seed=next(seeds))
        layer = keras.layers.Embedding(size, width, embeddings_initializer=initializer, name=label)
        return layer(inputs)

    def gmf(width: int) -> Any:
        of_user = embed(users, width, user, "gmf_user")
        of_item = embed(items, width, item, "gmf_item")
        return keras.layers.Reshape((1, width))(of_user) * of_item

    def mlp(width: int, hidden: tuple[int, ...]) -> Any:
        of_user = keras.layers.Reshape((1, width))(embed(users, width, user, "mlp_user"))
        of_item = embed(items, width, item, "mlp_item")
        initializer = keras.initializers.GlorotUniform(seed=next(seeds))
        layer = PairDense(hidden[0], initializer, name="hidden_0")(of_user, of_item)
        for number, units in enumerate(hidden[1:], start=1):
            initializer = keras.initializers.GlorotUniform(seed=next(seeds))
            layer = keras.layers.Dense(
                units, "relu", kernel_initializer=initializer, name=f"hidden_{number}"
            )(layer)
        return layer

    if name == "gmf":
        joined = gmf(settings["factors"])
    elif name == "mlp":
        joined = mlp(settings["factors"], settings["hidden"])
    elif name == "neumf":
        towers = [gmf(settings["gmf_factors"]), mlp(settings["mlp_factors"], settings["hidden"])]
        joined = keras.layers.Concatenate()(towers)
    else:
        raise ValueError(f"there is no network {name!r}")
    initializer = keras.initializers.LecunUniform(seed=next(seeds))
    output = keras.layers.Dense(1, kernel_initializer=initializer, name="output")(joined)
    return keras.Model([user, item], keras.ops.squeeze(output, axis=-1), name=name)


def scorer_arrays(name: str, model: Any) -> dict[str, Any]:
    """The network's weights as the arrays that its NumPy scorer takes (steamrec.models).

    GMF becomes plain factors: the output layer's weights are folded into the user's side, and
    its bias, the same for all items, into item_bias.
    """
    import numpy as np

    arrays = {weight.path.replace("/", "_"): weight.numpy() for weight in model.weights}
    if name != "gmf":
        return arrays
    output = arrays["output_kernel"][:, 0]
    return {
        "user_factors": arrays["gmf_user_embeddings"] * output,
        "item_factors": arrays["gmf_item_embeddings"],
        "item_bias": np.full(len(arrays["gmf_item_embeddings"]), arrays["output_bias"][0]),
    }
