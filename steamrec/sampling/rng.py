"""Random numbers as a pure function of (seed, purpose, epoch, user, draw).

The mixing function is SplitMix64's (Steele, Lea, Flood: Fast splittable pseudorandom number
generators, OOPSLA 2014); each key starts a stream of its own, and a draw's place in the stream
is its number. Nothing depends on what was drawn before or elsewhere.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

LongArray = npt.NDArray[np.int64]
WordArray = npt.NDArray[np.uint64]

GAMMA = np.uint64(0x9E3779B97F4A7C15)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_S1, _S2, _S3 = np.uint64(30), np.uint64(27), np.uint64(31)

# What a stream is for: streams of different purposes share nothing.
TRAIN_NEGATIVES, EVAL_NEGATIVES, ROW_ORDER, TAIL_NEGATIVES = 1, 2, 3, 4


def mix(words: WordArray) -> WordArray:
    """SplitMix64's finalizer, elementwise on uint64."""
    words = words + GAMMA
    shifted = np.empty_like(words)
    for shift, factor in ((_S1, _M1), (_S2, _M2)):
        np.right_shift(words, shift, out=shifted)
        words ^= shifted
        words *= factor
    np.right_shift(words, _S3, out=shifted)
    words ^= shifted
    return words


def stream_keys(
    seed: int, purpose: int, epoch: int, users: npt.NDArray[np.integer[Any]]
) -> WordArray:
    """uint64 [n]: the key of each user's stream."""
    with np.errstate(over="ignore"):
        key = mix(np.array([seed % 2**64], np.uint64))
        key = mix(key + np.uint64(purpose))
        key = mix(key + np.uint64(epoch))
        return mix(key + users.astype(np.uint64))


def words(keys: WordArray, draws: npt.NDArray[np.integer[Any]]) -> WordArray:
    """uint64: word number `draws` of each stream in `keys` (broadcast against each other)."""
    with np.errstate(over="ignore"):
        return mix(keys + draws.astype(np.uint64) * GAMMA)


def bounded(random_words: WordArray, bounds: npt.NDArray[np.integer[Any]]) -> LongArray:
    """int64: each word as a number in [0, bound), bounds in [1, 2**32), both of one shape.

    The upper half of the 96-bit product word * bound (multiply-high; Lemire, 2019), without its
    rejection step: no number is likelier than another by more than bound / 2**64.
    """
    factor = bounds.astype(np.uint64)
    low = random_words & _LOW
    low *= factor
    low >>= _HALF
    high = random_words >> _HALF
    high *= factor
    high += low
    high >>= _HALF
    return high.view(np.int64)
