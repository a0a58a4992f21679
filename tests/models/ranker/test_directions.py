"""The latent directions of odd Gram matrices, against a full decomposition."""

import numpy as np
import pytest

from steamrec.models.ranker import directions as module
from steamrec.models.ranker.directions import POWER, WIDTHS, latent_directions


def scaled(gram):
    scale = np.maximum(np.diag(gram), 1) ** -POWER
    return gram * scale[:, None] * scale[None, :]


def gram_of(name, items):
    rng = np.random.default_rng(1)
    if name == "nobody owns anything":
        return np.zeros((items, items), np.float32)
    if name == "no pair":
        return np.diag(rng.integers(0, 5, items)).astype(np.float32)
    if name == "everybody owns everything":
        return np.full((items, items), 7, np.float32)
    groups = rng.integers(0, 12, items)
    owned = (groups[None, :] == rng.integers(0, 12, 200)[:, None]).astype(np.float32)
    if name == "with noise":
        owned = np.maximum(owned, rng.random(owned.shape) < 0.02).astype(np.float32)
    return owned.T @ owned


KINDS = ("nobody owns anything", "no pair", "everybody owns everything", "twelve groups")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dense", [0, 10**6])  # by the Krylov space, and by LAPACK
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("items", [1, 2, 63, 64, 65, 130])
def test_any_matrix_has_directions(monkeypatch, items, kind, dense):
    """ARPACK raised for the first kind, and gave rounding as directions beyond the rank."""
    monkeypatch.setattr(module, "DENSE", dense)
    gram = gram_of(kind, items)
    directions, scale = latent_directions(gram)
    assert directions.shape == (items, WIDTHS[-1]) and scale.shape == (items,)
    assert np.isfinite(directions).all()
    kept = directions[:, directions.any(axis=0)].astype(float)
    np.testing.assert_allclose(kept.T @ kept, np.eye(kept.shape[1]), atol=1e-4)
    matrix = scaled(gram).astype(float)
    values = np.linalg.eigvalsh(matrix)[::-1]
    rank = int((values[: WIDTHS[-1]] > 1e-4 * max(values[0], 1e-9)).sum())
    assert kept.shape[1] == rank
    # As good a copy of the matrix as there is with so many directions.
    lost = matrix - kept @ kept.T @ matrix @ kept @ kept.T
    best = np.sqrt((values[rank:] ** 2).sum())
    assert np.linalg.norm(lost) <= best * 1.001 + 1e-3 * max(values[0], 1)


def test_a_large_matrix_has_the_directions_of_a_full_decomposition_and_repeats():
    gram = gram_of("with noise", 1_300)
    directions, _ = latent_directions(gram)
    assert (latent_directions(gram)[0] == directions).all()
    _, vectors = np.linalg.eigh(scaled(gram).astype(float))
    for width in (8, 12):
        own = directions[:, :width].astype(float)
        np.testing.assert_allclose(
            np.linalg.norm(vectors[:, -width:].T @ own), np.sqrt(width), rtol=2e-3
        )
