"""Simulated logs whose truth is known, and the logs of Open Bandit, of which both policies are known."""

import numpy as np
import pyarrow as pa
import pytest

from workbench.clicks.estimating import estimate
from workbench.clicks.impressions import Impressions
from workbench.clicks.policies import Judged, other_log
from workbench.clicks.reading import read_impressions
from workbench.errors import WorkbenchError
from workbench.metrics.offpolicy import ESTIMATORS

N_ITEMS = 10


def drawn_log(seed, *, n=20_000, wrong=1.0):
    """A log of a policy that is known, and the truth of another, which `judge` is."""
    rng = np.random.default_rng(seed)
    rate = np.linspace(0.02, 0.2, N_ITEMS)
    logging, policy = (np.exp(tilt * np.arange(N_ITEMS)) for tilt in (-0.1, 0.1))
    logging, policy = logging / logging.sum(), policy / policy.sum()
    item = rng.choice(N_ITEMS, n, p=logging).astype(np.int32)
    user = rng.integers(0, n // 5, n).astype(np.int32)
    click = (rng.random(n) < rate[item]).astype(float)
    log = Impressions(
        item, click, pa.array([f"i{at}" for at in range(N_ITEMS)]), np.zeros(n, np.int32), [""], user, None,
        logging[item] * wrong, {},
    )  # fmt: skip

    def judge(log, model):
        return Judged(policy[log.item], (model.rate @ policy)[model.part], 0.0, "a policy")

    return log, judge, float(policy @ rate)


def test_estimates_are_unbiased_and_their_intervals_hold():
    """The short form of `tests/benchmarks/test_clicks.py`, which draws 200 logs of 100,000."""
    errors, covered = over_logs(30, 5_000)
    for name, found in errors.items():
        assert abs(found.mean()) <= 3 * found.std() / np.sqrt(len(found)), name
        assert covered[name] >= 0.8, name
    assert errors["dr"].std() <= 1.05 * errors["ips"].std()


def over_logs(number, n):
    errors, covered = {name: [] for name in ("ips", "snips", "dr")}, {}
    for seed in range(number):
        log, judge, truth = drawn_log(seed, n=n)
        told = estimate(log, judge)["estimates"]
        for name, off in errors.items():
            off.append(told[name]["value"] - truth)
            covered[name] = covered.get(name, 0) + (told[name]["low"] <= truth <= told[name]["high"]) / number
    return {name: np.array(off) for name, off in errors.items()}, covered


def test_wrong_propensities_turn_a_light_red():
    red = dict.fromkeys((1.0, 0.8), 0)
    for wrong in red:
        for seed in range(20):
            lights = estimate(*drawn_log(seed, n=3_000, wrong=wrong)[:2])["lights"]
            red[wrong] += next(light["red"] for light in lights if light["name"] == "mean weight")
    assert red[0.8] >= 19
    assert red[1.0] <= 1


def test_nothing_is_said_of_what_was_never_shown():
    log, _, _ = drawn_log(0, n=500)
    with pytest.raises(WorkbenchError, match="Nothing of what the log has shown"):
        estimate(log, lambda log, _: Judged(np.zeros(len(log)), np.zeros(len(log)), 1.0, "others"))


@pytest.fixture(scope="module")
def bandit(shared_data):
    folder = shared_data("open-bandit")
    return {name: read_impressions(folder / name / "all.csv") for name in ("random", "bts")}


def test_open_bandit(bandit):
    """Thompson sampling from the random log, whose own log had .42 %; and the other way round, where .38 % is the truth."""
    found = estimate(bandit["random"], lambda log, model: other_log(log, model, bandit["bts"]))
    values = {name: 100 * one["value"] for name, one in found["estimates"].items()}
    assert values == pytest.approx(
        {"ips": 0.50, "snips": 0.53, "dm": 0.437, "dr": 0.52, "sndr": 0.52, "switch_dr": 0.57}, abs=0.01
    )
    assert (found["impressions"], found["clicks"]) == (10_000, 38)
    assert found["effective_sample"] == pytest.approx(2_639, abs=1)
    assert found["mean_weight"] == pytest.approx(0.959, abs=0.001)
    assert "low" not in found["estimates"]["dm"]
    for name in ESTIMATORS.keys() - {"dm"}:
        assert 100 * found["estimates"][name]["low"] < 0.42 < 100 * found["estimates"][name]["high"]
    assert found["needed_impressions"] > 390_000
    assert "bootstrap of rows" in found["interval"]
    back = estimate(bandit["bts"], lambda log, model: other_log(log, model, bandit["random"]))
    assert 100 * back["estimates"]["ips"]["value"] == pytest.approx(0.24, abs=0.01)
    assert back["effective_sample"] == pytest.approx(340, abs=1)
    assert [one["position"] for one in back["by_position"]] == ["1", "2", "3"]


def test_features_of_users_are_no_users(bandit):
    assert bandit["random"].user is None
    assert bandit["random"].told["columns"] == {"item": 2, "clicked": 4, "position": 3, "propensity": 5}
