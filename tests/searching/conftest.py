import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.searching.search_folder import Search


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A project folder with a small data set in which two groups of people like two halves of the items."""
    folder = tmp_path_factory.mktemp("project")
    rng = np.random.default_rng(1)
    rows = [
        (user, int(item), 1 + int(item) % 5, time)
        for user in range(40)
        for time, item in enumerate(rng.permutation(20)[:8] + 20 * (user % 2))
    ]
    build(rows).save(folder / "data" / "small")
    return folder


@pytest.fixture
def make_search(project, tmp_path_factory):
    """Make a search in the project, with runs of its own."""

    def make(*algorithms, **asked):
        home = tmp_path_factory.mktemp("search", numbered=True)
        name = home.name
        return Search.create(
            project / "searches" / name,
            project / "data" / "small",
            project / f"runs-of-{name}",
            list(algorithms),
            **{"trials": 4, "split": "last-n", **asked},
        )

    return make
