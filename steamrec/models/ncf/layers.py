"""The parts of the three networks of neural collaborative filtering (He et al., WWW 2017).

They are drawn as the notebook draws them, but for two things. A row is a user with several
items (a positive and its negatives), so the user's side is computed once for all of them. And
dropout and batch normalisation are left out: the notebook builds them without a training flag,
so they never act there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from steamrec.training.tensorflow_quiet import keras

EMBEDDING_SPREAD = 0.05
Seeds = Iterator[int]


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


def seeds_from(seed: int) -> Seeds:
    """The seeds of a network's initializers, to be taken one after the other."""
    return iter(range(1_000 * seed, 1_000 * seed + 1_000))


def pair_inputs() -> tuple[Any, Any]:
    """The inputs of every network: users int32 [b] and their items int32 [b, c]."""
    user = keras.Input((), dtype="int32", name="user")
    return user, keras.Input((None,), dtype="int32", name="items")


def embed(size: int, width: int, ids: Any, name: str, seeds: Seeds) -> Any:
    """The rows of `ids` in a table [size, width]."""
    initializer = keras.initializers.RandomNormal(stddev=EMBEDDING_SPREAD, seed=next(seeds))
    layer = keras.layers.Embedding(size, width, embeddings_initializer=initializer, name=name)
    return layer(ids)


def product(users: int, items: int, width: int, inputs: tuple[Any, Any], seeds: Seeds) -> Any:
    """GMF's part, [b, c, width]: the elementwise product of both embeddings."""
    of_user = embed(users, width, inputs[0], "gmf_user", seeds)
    of_item = embed(items, width, inputs[1], "gmf_item", seeds)
    return keras.layers.Reshape((1, width))(of_user) * of_item


def tower(
    users: int,
    items: int,
    width: int,
    hidden: Sequence[int],
    inputs: tuple[Any, Any],
    seeds: Seeds,
) -> Any:
    """The MLP's part, [b, c, hidden[-1]]: dense ReLU layers on both embeddings."""
    of_user = embed(users, width, inputs[0], "mlp_user", seeds)
    of_item = embed(items, width, inputs[1], "mlp_item", seeds)
    initializer = keras.initializers.GlorotUniform(seed=next(seeds))
    first = PairDense(hidden[0], initializer, name="hidden_0")
    layer = first(keras.layers.Reshape((1, width))(of_user), of_item)
    for number, units in enumerate(hidden[1:], start=1):
        initializer = keras.initializers.GlorotUniform(seed=next(seeds))
        layer = keras.layers.Dense(
            units, "relu", kernel_initializer=initializer, name=f"hidden_{number}"
        )(layer)
    return layer


def network(name: str, inputs: tuple[Any, Any], joined: Any, seeds: Seeds) -> Any:
    """The keras.Model of one logit for each pair from what is known of it, [b, c, n]."""
    initializer = keras.initializers.LecunUniform(seed=next(seeds))
    output = keras.layers.Dense(1, kernel_initializer=initializer, name="output")(joined)
    return keras.Model(list(inputs), keras.ops.squeeze(output, axis=-1), name=name)
