"""Every algorithm runs three trials of its own declared space, advanced hyperparameters and all, without an error.

The suite draws from all these spaces, too, and lets the algorithms refuse what they cannot do, but trains few of them.
"""

import numpy as np
import pytest

from workbench.algorithms import all_algorithms
from workbench.data.importing.importer import import_file
from workbench.searching.search_folder import Search
from workbench.searching.searching import search
from workbench.searching.space import usual_ranges
from workbench.training.trials import TrialState

pytestmark = pytest.mark.benchmark
SEARCHED = [name for name in all_algorithms() if usual_ranges(name, advanced=True)]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Ratings with times, and titles, genres and years of the items."""
    folder, rng = tmp_path_factory.mktemp("small"), np.random.default_rng(3)
    rows = [
        f"u{user},i{item},{1 + item % 5},{978300000 + 600 * at}"
        for user in range(60)
        for at, item in enumerate((rng.permutation(20)[:10] + 20 * (user % 2)).tolist())
    ]
    (folder / "ratings.csv").write_text("\n".join(["user,item,rating,time", *rows]))
    titles = [
        f"i{item},Title {item % 7} of {item},{1980 + item},{'Drama' if item < 20 else 'War'}" for item in range(40)
    ]
    (folder / "items.csv").write_text("\n".join(["item,title,year,genres", *titles]))
    import_file(folder / "ratings.csv", folder / "data", None, folder / "items.csv")
    return folder


@pytest.mark.parametrize("name", SEARCHED)
def test_three_trials_of_the_declared_space_run(name, small):
    fixed = {name: {"epochs": 1}} if all_algorithms()[name].iterative else {}
    asked = {"advanced": True, "fixed": fixed, "trials": 3, "split": "last-n"}
    found = Search.create(small / "searches" / name, small / "data", small / "runs", [name], **asked)
    search(found.folder)
    trials = found.trials()
    assert [(trial.state, trial.reason) for trial in trials] == [(TrialState.DONE, "")] * 3
    print(name, [round(trial.seconds, 2) for trial in trials])  # noqa: T201 - a benchmark
