"""What a test left is believed only in its shape: a damaged file is told with its name, and other runs go on."""

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.golden import low_rank
from workbench.errors import WorkbenchError
from workbench.training import comparing, results
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run
from workbench.training.weights import save_weights

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


def table(**columns):
    return pa.table({"user": ["0", "1"], "ndcg@10": [0.1, 0.2], "history": [3, 4]} | columns)


@pytest.mark.parametrize(
    "odd",
    [
        {"user": [0, 1]},
        {"user": ["0", None]},
        {"ndcg@10": ["a", "b"]},
        {"ndcg@10": [0.1, float("inf")]},
        {"history": [3, -1]},
        {"history": [3, None]},
        {"ndcg@10": [[0.1], [0.2]]},
    ],
    ids=str,
)
def test_columns_of_users_are_of_their_types(damaged, odd):
    pq.write_table(table(**odd), damaged[2].folder / "users.parquet")
    with pytest.raises(WorkbenchError, match=r"users\.parquet is damaged. Test the run again"):
        results.read_users(damaged[2].folder)


@pytest.mark.parametrize(
    "odd",
    [
        np.full((30, 10), 1 << 20, np.int32),
        np.full((30, 10), -2, np.int32),
        np.zeros((29, 10), np.int32),
        np.zeros(30, np.int32),
        np.zeros((30, 10)),
    ],
    ids=lambda odd: f"{odd.dtype} {odd.shape} {odd.flat[0]}",
)
def test_lists_of_items_that_are_not_there_are_told(damaged, odd):
    np.save(damaged[2].folder / "lists.npy", odd)
    with pytest.raises(WorkbenchError, match=r"lists\.npy is damaged. Test the run again"):
        comparing.overlap(damaged[1], damaged[2])


@pytest.mark.parametrize("name", ["lists.npy", "users.parquet"])
def test_a_flipped_bit_in_what_a_test_has_left_is_found(damaged, name):
    """Else item 1 would be item 0, and a hit a miss."""
    path = damaged[2].folder / name

    def read():
        return (
            results.read_users(path.parent).to_pydict() if name == "users.parquet" else results.lists_of(damaged[2])[1]
        )

    whole = path.read_bytes()
    bits = range(0, 8 * len(whole), len(whole) // 5 | 1)
    for at in bits:
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
        with pytest.raises(WorkbenchError, match="is damaged"):
            read()
    path.write_bytes(whole)
    read()


def test_a_later_version_of_a_test_is_told_and_not_tested_again(damaged):
    path = damaged[2].folder / "evaluation.json"
    path.write_text(text := json.dumps(json.loads(path.read_text()) | {"version": 2}))
    with pytest.raises(WorkbenchError, match="later version"):
        results.has(damaged[2], "ndcg@10")
    assert path.read_text() == text
    earlier = {name: value for name, value in json.loads(text).items() if name != "version"}
    path.write_text(json.dumps(earlier))
    assert results.has(damaged[2], "ndcg@10")


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("model.safetensors", {"counts": np.zeros(19, np.float32)}, r"does not fit Popularity .*\(19,\)"),
        ("model.safetensors", {"counts": np.zeros(20, np.float16)}, "does not fit Popularity .*float16"),
        ("model.safetensors", {"counts": np.full(20, np.nan, np.float32)}, "not numbers"),
        ("model.safetensors", {"other": np.zeros(20, np.float32)}, "counts is missing"),
    ],
)
def test_a_model_that_the_algorithm_cannot_have_learned_is_told(damaged, name, change, says):
    save_weights(damaged[0].folder / name, change, 0)
    with pytest.raises(WorkbenchError, match=says):
        damaged[0].trained_algorithm()
