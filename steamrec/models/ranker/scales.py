"""How a network's input is scaled: measured on its training rows, and kept with its layers.

A feature is told as (value - mean) / spread, cut at CLIP. Of a feature whose size runs over orders
of magnitude the logarithm is taken first, above a floor that follows from the data as well: 0 has
no logarithm, and a fixed floor would suit one catalogue only.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from steamrec.scoring.artifact import Arrays
from steamrec.scoring.scorer import FloatArray

CLIP = 5.0
# The floor of a logarithm, as a part of the mean of the values above 0.
FLOOR = 0.02
# A smaller spread, as a part of the largest value, is rounding.
LEAST_SPREAD = 1e-5
PREFIX = "scale_"
# Feature to whether the network is told its logarithm.
Features = Mapping[str, bool]


@dataclass(frozen=True)
class Scales:
    """The scales of a network's features, float32 [features] each.

    floors: of the features whose logarithm is taken, else 0. means, and factors, 1 / spread: of the
    features or their logarithms. A factor is 0 for a feature that was the same in all training
    rows, so that it never says anything.
    """

    floors: FloatArray
    means: FloatArray
    factors: FloatArray

    @classmethod
    def from_arrays(cls, arrays: Arrays, prefix: str = "") -> "Scales":
        """From an artifact's arrays, whose names begin with `prefix`."""
        return cls(**{name: arrays[f"{prefix}{PREFIX}{name}"] for name in cls.__dataclass_fields__})

    def arrays(self, prefix: str = "") -> Arrays:
        """As arrays of an artifact."""
        return {f"{prefix}{PREFIX}{name}": array for name, array in vars(self).items()}

    def scaled(self, values: Iterable[FloatArray]) -> FloatArray:
        """float32 [n, features], from each feature's values, float32 [n], in their order."""
        columns = []
        for floor, mean, factor, value in zip(
            self.floors, self.means, self.factors, values, strict=True
        ):
            told = _logarithm(value, floor) if floor else value
            columns.append((told - mean) * factor)
        table = np.stack(columns, axis=-1)
        scaled: FloatArray = np.clip(table, -CLIP, CLIP, out=table)
        return scaled


def measure_scales(tables: Callable[[], Iterable[FloatArray]], features: Features) -> Scales:
    """The scales of all rows of the tables that `tables()` gives, float32 [n, features] each.

    `tables` is called three times and gives the same rows in the same order each time, so that the
    sums (float64) have the same bits. Without any row every factor is 0.
    """
    logs = np.array(list(features.values()))

    def told(table: FloatArray) -> FloatArray:
        values = table.copy()
        values[:, logs] = _logarithm(table[:, logs], floors[logs])
        return values

    positive, above = np.zeros(len(logs)), np.zeros(len(logs))
    for table in tables():
        positive += np.maximum(table, 0).sum(axis=0, dtype=np.float64)
        above += (table > 0).sum(axis=0)
    floors = np.where(logs, FLOOR * positive / np.maximum(above, 1), 0)
    # A feature that is never above 0 needs some floor; tiny values stay normal float32 numbers.
    floors = np.where(logs & (above == 0), 1, floors)
    floors = np.where(logs, np.maximum(floors, 1e-30), 0).astype(np.float32)
    rows, total, largest = 0, np.zeros(len(logs)), np.zeros(len(logs))
    for table in tables():
        values = told(table)
        rows += len(values)
        total += values.sum(axis=0, dtype=np.float64)
        largest = np.maximum(largest, np.abs(values).max(axis=0, initial=0))
    means = total / max(rows, 1)
    squares = np.zeros(len(logs))
    for table in tables():
        squares += ((told(table) - means) ** 2).sum(axis=0)
    spreads = np.sqrt(squares / max(rows, 1))
    varies = spreads > np.maximum(LEAST_SPREAD * largest, 1e-30)
    factors = np.divide(1, spreads, where=varies, out=np.zeros(len(logs)))
    return Scales(floors, means.astype(np.float32), factors.astype(np.float32))


def _logarithm(values: FloatArray, floors: FloatArray | np.float32) -> FloatArray:
    logs: FloatArray = np.log(np.maximum(values, 0) + floors)
    return logs
