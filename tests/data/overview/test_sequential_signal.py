"""Whether the order tells anything, on orders that are known."""

import numpy as np
import pyarrow as pa

from workbench.data.interactions import Interactions
from workbench.data.overview import sequential_signal as module
from workbench.data.overview.sequential_signal import sequential_signal


def build(histories, time=None):
    user = np.repeat(np.arange(len(histories), dtype=np.int32), [len(history) for history in histories])
    item = np.array([i for history in histories for i in history], np.int32)
    time = np.arange(len(item)) if time is None else np.array(time)
    ids = [pa.array([str(i) for i in range(n)]) for n in (len(histories), int(item.max()) + 1)]
    return Interactions.build(user, item, *ids, time=time.astype(np.int64))


def test_steps_that_return_are_counted_by_hand():
    # 0>1 three times, 1>2 twice, 2>3, 1>3 once: 5 of 7 steps return.
    found = sequential_signal(build([[0, 1, 2, 3], [0, 1, 2], [0, 1, 3]]))
    assert found["repeated"] == 5 / 7
    assert found["known"] == 1
    assert 0 <= found["by_chance"] <= 1


def test_walks_round_a_circle_differ_from_chance_and_draws_by_lot_do_not():
    rng = np.random.default_rng(0)
    circle = sequential_signal(build([(np.arange(12) + rng.integers(60)) % 60 for _ in range(60)]))
    assert circle["repeated"] > 0.99
    assert circle["repeated"] > 1.3 * circle["by_chance"]
    lot = sequential_signal(build([rng.permutation(60)[:12] for _ in range(400)]))
    assert abs(lot["repeated"] - lot["by_chance"]) < 0.05


def test_steps_within_one_moment_have_no_order():
    found = sequential_signal(build([[0, 1, 2], [0, 1, 2]], [5, 5, 6, 1, 1, 1]))
    assert found["known"] == 1 / 4
    assert sequential_signal(build([[0, 1], [0, 1]], [5, 5, 1, 1])) == {"repeated": 0.0, "by_chance": 0.0, "known": 0.0}


def test_without_times_or_steps_there_is_none():
    from dataclasses import replace

    assert sequential_signal(replace(build([[0, 1]]), time=None)) is None
    assert sequential_signal(build([[0], [1]])) == {"repeated": 0.0, "by_chance": 0.0, "known": 0.0}


def test_of_much_data_whole_users_are_drawn(monkeypatch):
    monkeypatch.setattr(module, "SAMPLE_ROWS", 50)
    found = sequential_signal(build([list(range(10))] * 30))
    assert found["repeated"] == 1
