"""The script of a session gives the numbers of the session."""

import inspect
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.statuses import set_status
from workbench.algorithms import all_algorithms
from workbench.data.importing.importer import import_file, make_recipe
from workbench.errors import WorkbenchError
from workbench.evaluation.lists import Negatives
from workbench.export.script import script, with_members, write_script
from workbench.export.script_calls import reading
from workbench.files import read_json, write_json
from workbench.insight.asked_list import AskedList, Changes, Order, call_arguments
from workbench.insight.listing import make_list
from workbench.interface import read_interactions, split, train
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.run_spec import Change
from workbench.training.train import train_run

SPLIT = ("random", {"seed": 3, "validation": 0.2})
FILTERS = [
    {"name": "min-user", "settings": {"n": 5}},
    {"name": "users", "settings": {"size": 0.9, "seed": 2}},
    {"name": "exclude", "settings": {"ids": "i'3, i'\"4"}},
    {"name": "rating", "settings": {"low": None, "high": 1.7}},
    {"name": "core", "settings": {"k": 2, "items": 3}},
]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Runs of one project as a person leaves them: plain, adjusted and extended, filtered, and a blend; tested."""
    folder = tmp_path_factory.mktemp("session")
    rng = np.random.default_rng(0)
    lines = [f"u{u};i'{i};{1 + i % 5},5\n" for u in range(24) for i in rng.permutation(14)[:8]]
    (folder / 'odd "name".csv').write_text("wer;was;wert\n" + "".join(lines))
    (folder / "titles.csv").write_text("was,title\n" + "".join(f"i'{i},The {i}th\n" for i in range(14)))
    data = folder / "project" / "data" / "small"
    recipe = make_recipe(folder / 'odd "name".csv', "user=wer,item=was,rating=wert", {"rating_as": "log"})
    import_file(folder / 'odd "name".csv', data, recipe, folder / "titles.csv")
    place = folder / "project" / "runs"
    runs = {
        "ease": Run.create(place / "ease", data, "ease", {"regularization": 7.0}, *SPLIT, seed=5),
        "gmf": Run.create(place / "gmf", data, "gmf", {"epochs": 3, "batch_size": 64}, *SPLIT, seed=2, patience=1),
        "filtered": Run.create(place / "filtered", data, "item-knn", {}, "last-n", {}, filters=FILTERS),
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
    evaluate_run(runs["filtered"], cutoffs=[2, 3], negatives=Negatives(4, "popularity", 1), variants={"ndcg": "linear"})
    return {name: Run.open(one.folder) for name, one in runs.items()}


def test_the_numbers_of_the_script_are_those_of_the_session(session, tmp_path):
    runs = [session[name] for name in ("blend", "filtered")]
    listed = AskedList(
        run=str(session["ease"].folder), user="u3", k=3, order=Order(diversity=0.5), changes=Changes(removed=["i'1"])
    )
    lists = [("ease", call_arguments(listed)), ("a run that is not there", {})]
    assert write_script(tmp_path / "again.py", runs, lists) == ["filtered", "ease", "gmf", "blend"]
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
    made = make_list(listed)
    rows = [row.split() for row in done.stdout.splitlines() if row.split()[:1] == ["u3"]]
    assert [row[2] for row in rows] == made.person.data.item_ids.take(made.items).to_pylist()


def test_a_script_is_short_and_says_what_was_chosen(session):
    text = script([session[name] for name in ("blend", "filtered")])
    assert len(text.splitlines()) < 70
    imported = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert imported == ["from pathlib import Path", "import workbench"]
    for said in (
        'columns={"user": "wer", "item": "was", "rating": "wert"}',
        'rating_as="log"',
        'workbench.split(data, "random", validation=0.2, seed=3)',
        'data.filter(min_user={}).filter(users={"size": 0.9, "seed": 2})',
        ".filter(max_rating=1.7)",
        'workbench.train(fold_2, "ease", folder=FOLDER / "runs" / "ease", seed=5, regularization=7.0)',
        'changes=[(1.25, "learning_rate", 0.011), (3.0, "epochs", 5.0)]',
        'runs="ease,gmf"',
        'evaluate(k=[2, 3], formulas={"ndcg": "linear"}, negatives=4, negatives_by="popularity", negatives_seed=1)',
        'for name in ["gmf", "blend"]:',
    ):
        assert said in text


def test_a_script_of_what_was_read_by_the_guess_says_nothing_of_reading(tmp_path):
    lines = [f"{u},{i}\n" for u in range(20) for i in range(u % 7, 9)]
    (tmp_path / "plain.csv").write_text("user,item\n" + "".join(lines))
    run = train(split(read_interactions(tmp_path / "plain.csv")), "popularity")
    text = script([run.opened])
    given = [
        "data = workbench.read_interactions(",
        f'    "{tmp_path / "plain.csv"}",',
        '    folder=FOLDER / "data",',
        ")",
    ]
    assert "\n".join(given) in text
    (tmp_path / "plain.csv").unlink()
    text = script([run.opened])
    assert f"# {tmp_path / 'plain.csv'} is not there any more" in text
    assert 'delimiter=","' in text  # with nothing to guess from, all is said


def test_kinds_of_vectors_are_in_the_script_by_their_names(tmp_path):
    ratings = tmp_path / "r.csv"
    ratings.write_text("user,item\n1,2\n2,2\n")
    reports = {"named_vectors": {"posters": {"source": "/p.npy"}}, "vectors": {"source": "/v.npy"}}
    about = {"source": {"all": {"path": "/r.csv"}}, "recipe": make_recipe(ratings).model_dump(), **reports}
    assert 'vectors={"vectors": "/v.npy", "posters": "/p.npy"}' in reading(about, Path("/"))
    assert 'vectors="/v.npy"' in reading({**about, "named_vectors": {}}, Path("/"))


def test_what_was_said_of_ids_is_in_the_script(tmp_path):
    path = tmp_path / "pointed.csv"
    path.write_text("user,item\n" + "".join(f"{u}.0,{i}.0\n" for u in range(20) for i in range(u % 7, 9)))
    about = {"source": {"all": {"path": str(path)}}, "recipe": make_recipe(path, read={"ids": "whole"}).model_dump()}
    assert 'ids="whole"' in reading(about, tmp_path)


def test_no_setting_has_the_name_of_an_option():
    options = set(inspect.signature(train).parameters)
    for kind in all_algorithms().values():
        assert not options & set(kind.model_fields)


def test_what_a_script_cannot_do_is_said(session, tmp_path):
    with pytest.raises(WorkbenchError, match="at least one run"):
        script([])
    run = session["ease"]
    kept = {name: (run.folder / name).read_bytes() for name in ("evaluation.json", "status.json")}
    try:
        evaluate_run(run, metrics=["ndcg"], cutoffs=[3], negatives=Negatives(3))
        earlier = read_json(run.folder / "evaluation.json")
        del earlier["asked"]  # which an earlier version did not keep
        write_json(run.folder / "evaluation.json", earlier)
        with pytest.raises(WorkbenchError, match="randomly sampled"):
            write_script(tmp_path / "none.py", [run])
        (run.folder / "evaluation.json").write_bytes(kept["evaluation.json"])
        earlier = read_json(run.folder / "evaluation.json")
        del earlier["asked"]
        write_json(run.folder / "evaluation.json", earlier)
        assert 'evaluate(metrics=["ndcg", "recall"], k=[3], like="recbole")' in script([run])
        set_status(run, "failed")
        with pytest.raises(WorkbenchError, match="no model"):
            script([run])
        set_status(run, "done")  # later than the blend
        with pytest.raises(WorkbenchError, match="after blend had blended it"):
            with_members([session["blend"]])
    finally:
        for name, content in kept.items():
            (run.folder / name).write_bytes(content)
    gmf = session["gmf"]
    kept_status = (gmf.folder / "status.json").read_bytes()
    try:
        set_status(gmf, "stopped", epoch=0)
        with pytest.raises(WorkbenchError, match="within its first epoch"):
            script([gmf])
        set_status(gmf, "stopped", epoch=2)
        assert "epochs=2," in script([gmf])
    finally:
        (gmf.folder / "status.json").write_bytes(kept_status)
    assert not (tmp_path / "none.py").exists()
