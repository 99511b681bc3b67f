"""Whether reasons are the reasons, for every algorithm: deleting the first one must cost more than deleting any one.

``pytest -n0 -s -m benchmark -o faulthandler_timeout=0 tests/benchmarks/test_faithfulness.py``; ``-k ease`` for one
algorithm. Each is trained on MovieLens 100K with its default settings, at most `EPOCHS` epochs. Of people with at most
`LONGEST` interactions the recommendation at place 10 is explained, once with each interaction left out; the figures are
the places that it falls (`workbench.insight.explaining.deletion_test`).
"""

import time

import numpy as np
import pytest

from workbench.algorithms import all_algorithms, find
from workbench.data.importing.importer import import_file
from workbench.data.interactions import Interactions, UserItems
from workbench.insight.explaining import deletion_test

pytestmark = pytest.mark.benchmark

USERS, LONGEST, EPOCHS = 60, 50, 10
# Minutes an epoch: one must do.
SLOW = {"convncf": {"epochs": 1, "negatives": 1}}
# A blend has no mind of its own, and the lists of these do not depend on what is in a history.
IMPERSONAL = {"popularity", "average", "biases", "random"}
ALGORITHMS = [name for name in all_algorithms() if name != "blend"]


@pytest.fixture(scope="module")
def data(tmp_path_factory, shared_data):
    source, place = shared_data("ml-100k"), tmp_path_factory.mktemp("faithfulness") / "d"
    import_file(source / "u.data", place, items=source / "u.item", users=source / "u.user")
    return Interactions.open(place)


def short(histories: UserItems) -> UserItems:
    return histories.rows(np.flatnonzero(histories.lengths <= LONGEST))


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_first_reason_costs_more_than_any(name, data, say):
    kind = find(name)
    epochs = kind.model_fields["epochs"].default if kind.iterative else 0
    algorithm = kind.make(SLOW.get(name, {"epochs": min(EPOCHS, epochs)} if epochs else {}))
    began = time.process_time()
    list(algorithm.train(data))
    trained = time.process_time()
    found = deletion_test(algorithm, short(data.by_user), USERS)
    asked = time.process_time()
    drop, other = found.top - found.before, found.random - found.before
    say(
        f"faithful: {name} ({algorithm.explains})",
        f"first {drop:+.1f}, any {other:+.1f} places; {found.better:.0%} of {found.users}",
        "first > any",
        f"training {trained - began:.1f} s, asking {asked - trained:.1f} s of the processor",
    )
    assert found.users == USERS
    if name in IMPERSONAL - {"random"}:
        assert drop == other == 0
    elif name != "random":
        assert drop > other
        assert found.better > 0.5
