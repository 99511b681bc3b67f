"""Off-policy estimates of 200 logs of 100,000 impressions: none is biased, intervals hold as often as they say."""

import numpy as np
import pytest

from tests.clicks.test_estimating import over_logs


@pytest.mark.benchmark
def test_estimates_of_200_logs():
    errors, covered = over_logs(200, 100_000)
    for name, found in errors.items():
        assert abs(found.mean()) <= 2 * found.std() / np.sqrt(len(found)), name
        assert 0.93 <= covered[name] <= 0.97, (name, covered)
    assert errors["dr"].std() <= errors["ips"].std()
