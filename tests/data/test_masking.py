"""What the compiled loops pick out and shuffle is what NumPy gives."""

import numpy as np
import pytest

from workbench.data import masking as picking
from workbench.data.masking import picked
from workbench.data.splitting.base import shuffling
from workbench.data.splitting.base.shuffling import shuffled


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.float32, np.int64])
@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_picked_is_what_a_mask_picks(monkeypatch, kind, share):
    monkeypatch.setattr(picking, "COMPILED_FROM_ROWS", 0)
    rng = np.random.default_rng(3)
    values, mask = rng.integers(-100, 100, 5_001).astype(kind), rng.random(5_001) < share
    values.flags.writeable = False
    found, nothing, thinned = picked([values, None, values[::-1]], mask)
    assert found.dtype == kind
    assert found.tolist() == values[mask].tolist()
    assert nothing is None
    assert thinned.tolist() == values[::-1][mask].tolist()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 1000, 1025, 300_000])
@pytest.mark.parametrize("kind", [np.int8, np.int32])
def test_shuffled_is_the_permutation_of_numpy(monkeypatch, n, kind):
    monkeypatch.setattr(shuffling, "COMPILED_FROM_ROWS", 0)
    monkeypatch.setattr(shuffling, "BATCH_NUMBERS", 1 << 10)
    values = np.arange(n).astype(kind)
    found = shuffled(values, 7, 41)
    assert found.dtype == kind
    assert found.tolist() == np.random.default_rng([7, 41]).permutation(values).tolist()
    assert values.tolist() == np.arange(n).astype(kind).tolist(), "what was given stays as it was"
