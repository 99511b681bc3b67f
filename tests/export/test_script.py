"""The script of a session gives the numbers of the session."""

import json
import subprocess
import sys

import numpy as np
import pytest

from workbench.data.importing import import_file
from workbench.errors import WorkbenchError
from workbench.evaluation.lists import Negatives
from workbench.export.script import script, write_script
from workbench.files import read_json
from workbench.training.judging import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run


def test_the_numbers_of_the_script_are_those_of_the_session(tmp_path):
    rng = np.random.default_rng(0)
    lines = [f"u{u},i'{i}\n" for u in range(20) for i in rng.permutation(12)[:6]]
    (tmp_path / 'odd "name".csv').write_text("user,item\n" + "".join(lines))
    data = tmp_path / "project" / "data" / "small"
    import_file(tmp_path / 'odd "name".csv', data)
    runs = []
    for name, settings in (("ease", {"regularization": 7.0}), ("random", {})):
        folder = tmp_path / "project" / "runs" / name
        made = Run.create(folder, data, name, settings, "random", {"seed": 3}, seed=5)
        train_run(made.folder)
        evaluate_run(made, metrics=["ndcg", "recall"], cutoffs=[3])
        runs.append(Run.open(folder))
    write_script(tmp_path / "again.py", runs)
    done = subprocess.run(
        [sys.executable, tmp_path / "again.py"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for run in runs:
        again = read_json(tmp_path / "session" / "runs" / run.name / "evaluation.json")
        first = read_json(run.folder / "evaluation.json")
        assert json.dumps(again["metrics"]) == json.dumps(first["metrics"])
    assert "ndcg@3" in done.stdout
    evaluate_run(runs[0], metrics=["ndcg"], cutoffs=[3], negatives=Negatives(3))
    with pytest.raises(WorkbenchError, match="drawn by chance"):
        script(runs)


def test_no_script_without_runs():
    with pytest.raises(WorkbenchError, match="at least one run"):
        script([])
