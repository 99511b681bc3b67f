"""The script of a session gives the numbers of the session."""

import json
import subprocess
import sys

import numpy as np
import pytest

from workbench.data.importing.importer import import_file
from workbench.errors import WorkbenchError
from workbench.evaluation.lists import Negatives
from workbench.export.script import script, with_members, write_script
from workbench.files import read_json
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.run_spec import Change
from workbench.training.train import train_run

SPLIT = ("random", {"seed": 3, "validation": 0.2})


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Runs of one project as a person leaves them: plain, adjusted and extended, filtered, and a blend; tested."""
    folder = tmp_path_factory.mktemp("session")
    rng = np.random.default_rng(0)
    lines = [f"u{u},i'{i}\n" for u in range(24) for i in rng.permutation(14)[:8]]
    (folder / 'odd "name".csv').write_text("user,item\n" + "".join(lines))
    data = folder / "project" / "data" / "small"
    import_file(folder / 'odd "name".csv', data)
    place = folder / "project" / "runs"
    runs = {
        "ease": Run.create(place / "ease", data, "ease", {"regularization": 7.0}, *SPLIT, seed=5),
        "gmf": Run.create(place / "gmf", data, "gmf", {"epochs": 3, "batch_size": 64}, *SPLIT, seed=2, patience=1),
        "filtered": Run.create(
            place / "filtered", data, "item-knn", {}, *SPLIT, filters=[{"name": "min-user", "settings": {"n": 8}}]
        ),
    }
    runs["gmf"].note_change(Change(since=1.25, name="learning_rate", value=0.011))
    for one in runs.values():
        train_run(one.folder)
    runs["gmf"] = Run.open(place / "gmf")
    runs["gmf"].extend(2)
    train_run(place / "gmf")
    runs["blend"] = Run.create_blend(place / "blend", {"runs": "ease,gmf"}, seed=1)
    train_run(place / "blend")
    for name, one in runs.items():
        evaluate_run(one, metrics=["ndcg", "recall"], cutoffs=[3], like="recbole" if name == "ease" else None)
    return {name: Run.open(one.folder) for name, one in runs.items()}


def test_the_numbers_of_the_script_are_those_of_the_session(session, tmp_path):
    runs = [session[name] for name in ("blend", "filtered")]
    assert write_script(tmp_path / "again.py", runs) == ["filtered", "ease", "gmf", "blend"]
    done = subprocess.run(
        [sys.executable, tmp_path / "again.py"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for name, run in session.items():
        again = read_json(tmp_path / "session" / "runs" / name / "evaluation.json")
        first = read_json(run.folder / "evaluation.json")
        assert json.dumps(again["metrics"]) == json.dumps(first["metrics"])
        assert again["protocol"] == first["protocol"]
    assert "ndcg@3" in done.stdout


def test_what_a_script_cannot_do_is_said(session, tmp_path):
    with pytest.raises(WorkbenchError, match="at least one run"):
        script([])
    run = session["ease"]
    kept = {name: (run.folder / name).read_bytes() for name in ("evaluation.json", "status.json")}
    try:
        evaluate_run(run, metrics=["ndcg"], cutoffs=[3], negatives=Negatives(3))
        with pytest.raises(WorkbenchError, match="drawn by chance"):
            write_script(tmp_path / "none.py", [run])
        (run.folder / "evaluation.json").write_bytes(kept["evaluation.json"])
        run.set_status("failed")
        with pytest.raises(WorkbenchError, match="no model"):
            script([run])
        run.set_status("done")  # later than the blend
        with pytest.raises(WorkbenchError, match="after blend had blended it"):
            with_members([session["blend"]])
    finally:
        for name, content in kept.items():
            (run.folder / name).write_bytes(content)
    gmf = session["gmf"]
    kept_status = (gmf.folder / "status.json").read_bytes()
    try:
        gmf.set_status("stopped", epoch=0)
        with pytest.raises(WorkbenchError, match="within its first epoch"):
            script([gmf])
        gmf.set_status("stopped", epoch=2)
        assert "'epochs': 2" in script([gmf])
    finally:
        (gmf.folder / "status.json").write_bytes(kept_status)
    assert not (tmp_path / "none.py").exists()
