"""What a test left is believed only in its shape: a damaged file is told with its name, and other runs go on."""

import shutil

import pytest

from tests.golden import low_rank
from workbench.errors import WorkbenchError
from workbench.training import comparing, results
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run

DAMAGED = (
    "[]",
    "7",
    '{"protocol": 3, "metrics": {"ndcg@10": {"mean": 1}}}',
    '{"protocol": {}, "metrics": {"ndcg@10": {"mean": "x"}}}',
    '{"protocol": {"formulas": 7}, "metrics": {"ndcg@10": {}}}',
    '{"protocol": {}, "metrics": [1]}',
    "[" * 100_000,
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three tested runs of one project."""
    folder = tmp_path_factory.mktemp("results")
    low_rank(30, 20).train.save(folder / "data")
    made = []
    for name in ("popularity", "random", "ease"):
        run = Run.create(folder / "runs" / name, folder / "data", name)
        train_run(run.folder)
        evaluate_run(Run.open(run.folder))
        made.append(Run.open(run.folder))
    return made


@pytest.fixture
def damaged(runs, tmp_path):
    shutil.copytree(runs[0].folder.parent.parent, tmp_path / "project")
    return [Run.open(tmp_path / "project" / "runs" / run.name) for run in runs]


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: content[:12])
def test_a_damaged_test_is_told_and_two_healthy_runs_are_compared(damaged, content):
    (damaged[2].folder / "evaluation.json").write_text(content, encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"evaluation\.json is damaged"):
        results.tested(damaged[2])
    assert len(comparing.compare_runs(damaged[:2], "ndcg@10")["pairs"]) == 1


def test_damaged_values_of_users_are_told(damaged):
    (damaged[2].folder / "users.parquet").write_bytes(b"zzz")
    with pytest.raises(WorkbenchError, match=r"users\.parquet is damaged"):
        results.values_of(damaged[2], "ndcg@10")
