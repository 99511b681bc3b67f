"""A blend as a run: it refers to others by name, refuses those that do not fit, and says which one is gone."""

import json
import shutil

import numpy as np
import pytest

from workbench.control import Control
from workbench.errors import WorkbenchError
from workbench.export.lists import export_lists
from workbench.insight.explaining import explain
from workbench.insight.listing import recommend
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run


@pytest.fixture
def members(make_run):
    """Two trained runs, and the folder that their blend may have."""
    runs = [make_run(name) for name in ("ease", "popularity")]
    for one in runs:
        train_run(one.folder)
    number = len(list(runs[0].folder.parent.iterdir()))
    return runs, runs[0].folder.with_name(f"blend-{number}")


def names(runs):
    return ",".join(one.name for one in runs)


def validated(run):
    return run.records()[-1]["validation"]["ndcg@10"]


def test_a_blend_is_trained_evaluated_and_written_like_any_run(members, tmp_path):
    runs, folder = members
    blend = Run.create_blend(folder, {"runs": names(runs)})
    assert (blend.spec.data_hash, blend.spec.split_settings) == (runs[0].spec.data_hash, runs[0].spec.split_settings)
    assert train_run(folder).state == "done"
    assert validated(blend) >= max(map(validated, runs)) - 1e-6
    last = blend.records()[-1]["values"]
    assert list(last) == [one.name for one in runs]
    assert sum(last.values()) == pytest.approx(1)
    assert sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) < 100_000  # it copies nothing
    assert evaluate_run(blend)["users"] == 60
    lists = export_lists(blend, blend.trained_algorithm(), tmp_path / "lists.csv", k=5)
    assert lists["users"] == 60
    first = blend.data.user_ids[0].as_py()
    looked_at = recommend(str(folder), first, Control(), k=5)
    assert [one["item"] for one in looked_at["items"]] == [
        line.split(",")[2] for line in (tmp_path / "lists.csv").read_text(encoding="utf-8").splitlines()[1:6]
    ]
    history = blend.fold.shown_at_test.by_user.rows(np.array([0]))
    told = explain(blend.trained_algorithm(), history, blend.data.item_index(looked_at["items"][0]["item"]))
    assert (told.how, len(told.reasons)) == ("leave-one-out", len(history.item))


def test_the_same_blend_gives_the_same_bits(members):
    runs, folder = members
    other = folder.with_name(f"{folder.name}-again")
    for one in (folder, other):
        Run.create_blend(one, {"runs": names(runs)})
        train_run(one)
    assert (folder / "model.safetensors").read_bytes() == (other / "model.safetensors").read_bytes()


def test_a_blend_moves_with_its_project(members, project, tmp_path):
    runs, folder = members
    Run.create_blend(folder, {"runs": ", ".join(str(one.folder) for one in runs)})  # paths will do, names are kept
    train_run(folder)
    moved = shutil.copytree(project, tmp_path / "elsewhere")
    here, there = (Run.open(one) for one in (folder, moved / "runs" / folder.name))
    assert there.spec.hyperparameters["runs"] == names(runs)
    people, histories = here.fold.test.users, here.fold.test.histories
    scores = [one.trained_algorithm().score(people, histories) for one in (here, there)]
    np.testing.assert_array_equal(*scores)


def test_a_member_that_is_gone_is_named(members):
    runs, folder = members
    blend = Run.create_blend(folder, {"runs": names(runs)})
    train_run(folder)
    shutil.rmtree(runs[1].folder)
    with pytest.raises(WorkbenchError, match=f"The run '{runs[1].name}'.* is not in .*any more"):
        blend.trained_algorithm()
    with pytest.raises(WorkbenchError, match="Put it back"):
        train_run(folder)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"split": "random"}, "trained with another split"),
        ({"split_settings": {"n": 2}}, "trained with another split"),
        ({"filters": [{"name": "core", "settings": {"k": 3}}]}, "trained with another filter"),
    ],
)
def test_runs_of_another_division_are_refused(members, make_run, changes, says):
    runs, folder = members
    other = make_run("popularity", **changes)
    train_run(other.folder)
    with pytest.raises(WorkbenchError, match=says):
        Run.create_blend(folder, {"runs": names([runs[0], other])})
    assert not folder.exists()


def test_runs_of_other_data_are_refused(members):
    runs, folder = members
    asked = json.loads((runs[1].folder / "run.json").read_text(encoding="utf-8"))
    (runs[1].folder / "run.json").write_text(json.dumps(asked | {"data_hash": "other"}), encoding="utf-8")
    with pytest.raises(WorkbenchError, match="trained with another data"):
        Run.create_blend(folder, {"runs": names(runs)})


def test_what_cannot_be_blended_is_refused_in_a_sentence(members, make_run):
    runs, folder = members
    waiting = make_run("ease")
    wrong = {
        "": "two trained runs at least",
        runs[0].name: "two trained runs at least",
        f"{runs[0].name},{runs[0].name}": "two trained runs at least",
        f"{runs[0].name},nowhere": "is not in",
        f"{runs[0].name},{waiting.name}": "no model to blend yet",
        f"{runs[0].name},../../elsewhere": "lie beside the blend",
    }
    for asked, says in wrong.items():
        with pytest.raises(WorkbenchError, match=says):
            Run.create_blend(folder, {"runs": asked})
        assert not folder.exists()


def test_a_blend_needs_a_validation_part(make_run):
    runs = [make_run(name, split_settings={"validation": 0}) for name in ("random", "popularity")]
    for one in runs:
        train_run(one.folder)
    folder = runs[0].folder.with_name("without-validation")
    Run.create_blend(folder, {"runs": names(runs)})
    with pytest.raises(WorkbenchError, match="this split has none"):
        train_run(folder)
