import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.errors import WorkbenchError
from workbench.export.bundle import write_bundle
from workbench.training.run import Run
from workbench.training.train import train_run

# Of each kind of script one, and what leads to other arrays.
TAKEN = {
    "ease": {},
    "item-knn": {"neighbours": 3},  # most items score 0, so that popular ones fill lists
    "pure-svd": {"factors": 4},
    "ials": {"factors": 4, "epochs": 2},
    "bpr": {"factors": 4, "epochs": 2},
    "popularity": {},
}


def data_of(n_users, folder):
    """Items 0 and 1 are always chosen together, so that they tie; one person is in the test alone, one has nothing else."""
    rng = np.random.default_rng(0)
    rows = [(user, int(item), 3, at) for user in range(n_users) for at, item in enumerate(rng.permutation(23)[:7] + 2)]
    rows += [(user, item, 3, 9 + item) for user in range(0, n_users, 3) for item in (0, 1)]
    data = build([*rows, (n_users, 3, 5, 0)])
    part = np.where(np.arange(len(data)) % 5 == 0, 2, 0).astype(np.int8)
    part[data.item < 2] = 0
    part[data.user == n_users] = 2
    replace(data, part=part).save(folder / "data")
    return folder / "data"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    places = {few: data_of(12 if few else 30, folder / few) for few in ("few", "")}

    def run(name, few="", **hyperparameters):
        place = folder / few / "runs" / name
        if not place.exists():
            Run.create(place, places[few], name, hyperparameters, split="files")
            train_run(place)
        return Run.open(place)

    return run


def checked(folder):
    return subprocess.run(
        [sys.executable, "score.py", "--check"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_model_that_is_taken_along_gives_the_same_lists(trained, tmp_path):
    for name, few, settings in [*((name, "", how) for name, how in TAKEN.items()), ("ease", "few", {})]:
        run = trained(name, few, **settings)
        done = write_bundle(run, run.trained_algorithm(), tmp_path / name)
        assert done["checked"] == run.data.n_users, name
        assert done["equal"] + done["rounded"] == done["checked"], name
        assert done["rounded"] <= 1, name
        assert (tmp_path / name / "items.txt").read_text().split() == run.data.item_ids.to_pylist()
        assert (tmp_path / name / "users.txt").exists() == (name == "bpr")
        assert run.data_identity in (tmp_path / name / "card.md").read_text()
    code = (tmp_path / "ease" / "score.py").read_text()
    assert len(code.splitlines()) <= 80
    assert "torch" not in code
    assert "pickle" not in code


def test_a_bundle_checks_itself_and_makes_lists_without_the_program(trained, tmp_path):
    run = trained("ease")
    write_bundle(run, run.trained_algorithm(), tmp_path / "model")
    assert "5 of 5 lists" in checked(tmp_path / "model").stdout
    people = json.loads((tmp_path / "model" / "check.json").read_text())
    asked = [sys.executable, tmp_path / "model" / "score.py", *people[0]["history"], "--k", "3"]
    rows = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(rows) == 3
    assert not {row.split("\t")[0] for row in rows} & set(people[0]["history"])
    for words, sentence in (
        (["nope"], "does not know nope."),
        ([people[0]["history"][0], "--k", "0"], "1 item or more."),
    ):
        wrong = subprocess.run([*asked[:2], *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (wrong.returncode, wrong.stdout, len(wrong.stderr.splitlines())) == (1, "", 1)
        assert sentence in wrong.stderr
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "model").iterdir() if path.is_file()}
    assert len(modes) == 1, "all of it can be passed on alike"
    (tmp_path / "model" / "items.txt").write_text("x\n")
    assert "items.txt is not as it was made" in checked(tmp_path / "model").stderr


def test_a_network_is_taken_along_as_onnx(trained, tmp_path):
    for library in ("onnxruntime", "onnxscript"):
        pytest.importorskip(library, reason="the extra onnx is not installed: pip install -e .[onnx]")
    how = {"factors": 4, "blocks": 1, "epochs": 1, "max_length": 5, "batch_size": 256, "dropout": 0}
    run = trained("bert4rec", **how)
    done = write_bundle(run, run.trained_algorithm(), tmp_path / "model")
    assert done["equal"] + done["rounded"] == done["checked"] == run.data.n_users
    assert "model.onnx" in done["files"]
    assert "5 of 5 lists" in checked(tmp_path / "model").stdout


def test_what_gives_other_lists_is_not_written(trained, tmp_path, monkeypatch):
    run = trained("ease")
    algorithm = run.trained_algorithm()
    true = type(algorithm).portable(algorithm)
    wrong = replace(true, arrays=true.arrays | {"weights": true.arrays["weights"] * np.float32(1.001)})
    monkeypatch.setattr(type(algorithm), "portable", lambda self: wrong)
    with pytest.raises(WorkbenchError, match="does not give the same lists elsewhere"):
        write_bundle(run, algorithm, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_an_algorithm_that_cannot_be_taken_along_says_why(trained, tmp_path):
    run = trained("user-knn")
    with pytest.raises(WorkbenchError, match=r"User kNN cannot be taken along: .+ Serve the run instead"):
        write_bundle(run, run.trained_algorithm(), tmp_path / "model")
