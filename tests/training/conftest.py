import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.training.run import Run


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project folder with a small data set in which two groups of people like two halves of the items."""
    folder = tmp_path_factory.mktemp("project")
    rng = np.random.default_rng(1)
    rows = [
        (user, int(item), 1 + int(item) % 5, time)
        for user in range(60)
        for time, item in enumerate(rng.permutation(20)[:12] + 20 * (user % 2))
    ]
    build(rows).save(folder / "data" / "small")
    return folder


@pytest.fixture
def make_run(project):
    """Make a run of an algorithm in the project."""

    def make(algorithm, hyperparameters=None, **options):
        options = {"split": "last-n", "patience": 0, **options}
        number = len(list((project / "runs").glob("*"))) if (project / "runs").exists() else 0
        return Run.create(
            project / "runs" / f"{number}", project / "data" / "small", algorithm, hyperparameters, **options
        )

    return make
