"""The ids of a model's rows, as one file of plain arrays.

The text is kept as UTF-8 bytes and their ends: any id survives, and nothing is padded.
"""

import hashlib
import io
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ids = dict[str, npt.NDArray[np.object_]]
"""Strings by kind: `user` [users] and `item` [items], in the order of the model's rows."""


def encode_ids(ids: Ids) -> bytes:
    """The content of an ids file; the same ids give the same bytes."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for kind, values in ids.items():
        encoded = [str(value).encode() for value in values]
        arrays[f"{kind}_text"] = np.frombuffer(b"".join(encoded), np.uint8)
        arrays[f"{kind}_ends"] = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def decode_ids(content: bytes) -> Ids:
    """The ids of an ids file; raises ValueError, KeyError or OSError for other content."""
    ids: Ids = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        for kind in (name.removesuffix("_ends") for name in file if name.endswith("_ends")):
            text, ends = file[f"{kind}_text"].tobytes(), file[f"{kind}_ends"].tolist()
            parts = [text[low:high].decode() for low, high in pairwise([0, *ends])]
            ids[kind] = np.array(parts, dtype=object)
    return ids


def hash_ids(content: bytes) -> str:
    """The hash (hex) of an ids file's content, as model.json keeps it."""
    return hashlib.sha256(content).hexdigest()[:32]
