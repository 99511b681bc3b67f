"""From a DataFrame to a DataFrame of lists, with the numbers of the command line."""

import gc
import inspect
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import workbench
from tests.statuses import set_status
from workbench import interface
from workbench.cli import main
from workbench.errors import WorkbenchError
from workbench.training.run import Run as RunFolder
from workbench.training.train import Trainer


@pytest.fixture
def command(capsys):
    """Give a command with --json; returns its value."""

    def command(*words):
        capsys.readouterr()
        assert main([*map(str, words), "--json", "--quiet"]) == 0
        return json.loads(capsys.readouterr().out)

    return command


def test_five_lines_from_a_dataframe_to_lists(ratings):
    data = workbench.read_interactions(ratings)
    fold = workbench.split(data, "last-n")
    run = workbench.train(fold, "ease", regularization=30)
    lists = run.recommend(k=3)
    assert list(lists.columns) == ["user", "rank", "item", "score", "basis"]
    assert len(lists) == 50 * 3
    assert lists["user"].dtype == lists["item"].dtype == np.int64
    assert set(lists["user"]) == set(ratings["user"])
    # Nobody is recommended what they have, but for the hidden one, and everybody what their half likes.
    train = pd.concat([fold.train, fold.validation])
    assert not len(lists.merge(train, on=["user", "item"]))
    assert ((lists["item"] >= 20) == (lists["user"] % 2 == 1)).all()


def test_evaluate_has_the_numbers_of_the_command(run, command):
    table = run.evaluate(["ndcg@10", "recall@5"])
    assert list(table.index) == ["ndcg@10", "recall@5"]
    assert list(table.columns) == ["mean", "low", "high"]
    told = command("evaluate", run.folder, "--metrics", "ndcg@10,recall@5")
    for name, row in table.iterrows():
        assert dict(row) == told["metrics"][name]
    assert table.attrs["protocol"] == told["protocol"]
    everything = run.evaluate(k=[3, 7])
    told = command("evaluate", run.folder, "--k", "3,7")["metrics"]
    assert list(everything.index) == list(told)
    for name, row in everything.iterrows():
        expected = [np.nan if one is None else one for one in told[name].values()]
        np.testing.assert_array_equal(row.to_numpy(), expected)


def test_evaluate_takes_what_the_command_takes(run, command):
    asked = {"k": 5, "like": "recbole", "relevant_from": 3, "formulas": {"recall": "truncated"}}
    found = run.evaluate("recall", **asked)
    words = ("--metrics", "recall", "--k", 5, "--as", "recbole", "--relevant-from", 3, "--formula", "recall=truncated")
    told = command("evaluate", run.folder, *words)
    assert found.loc["recall@5", "mean"] == told["metrics"]["recall@5"]["mean"]
    assert found.attrs["protocol"] == told["protocol"]
    assert found.attrs["protocol"] != run.evaluate("recall").attrs["protocol"]
    drawn = run.evaluate("ndcg@5", negatives=10, negatives_seed=4)
    told = command("evaluate", run.folder, "--metrics", "ndcg@5", "--negatives", 10, "--negatives-seed", 4)
    assert drawn.loc["ndcg@5", "mean"] == told["metrics"]["ndcg@5"]["mean"]


def test_recommend_has_the_lists_of_the_command(run, command, tmp_path):
    path = tmp_path / "lists.parquet"
    command("recommend", run.folder, "--all", "--k", 4, "--output", path)
    expected = pd.read_parquet(path)
    found = run.recommend(k=4)
    assert found["score"].tolist() == expected["score"].tolist()
    assert found["title"].tolist() == expected["title"].tolist()
    assert found["user"].astype(str).tolist() == expected["user"].tolist()
    assert found["item"].astype(str).tolist() == expected["item"].tolist()
    names = ["user", "item", "hit", "reason"]
    command("recommend", run.folder, "--user", 1003, "--user", 1001, "--columns", ",".join(names), "--output", path)
    found = run.recommend([1003, 1001], columns=names)
    assert found.astype({"user": str, "item": str}).equals(pd.read_parquet(path).astype({"user": str, "item": str}))
    assert found["user"].unique().tolist() == [1003, 1001]
    assert run.recommend(1003, k=1)["user"].tolist() == [1003]
    assert len(run.recommend(np.array([1003]), k=40, include_seen=True)) == 40


def test_one_list_is_that_of_the_command(run, command, tmp_path):
    path = tmp_path / "one.parquet"
    had = run.explain(1003, run.recommend(1003, k=1)["item"][0])["item"][0]
    first, second = run.recommend(1003, k=2)["item"].tolist()
    found = run.recommend_one(1003, add={first: 5}, remove=[had], order={"diversity": 0.3, "exclude": [second]}, k=4)
    words = ("--user", 1003, f"--add={first}=5", f"--remove={had}", "--order=diversity=0.3", f"--exclude={second}")
    command("recommend", run.folder, *words, "--k", 4, "--output", path)
    assert found.astype({"user": str, "item": str}).equals(pd.read_parquet(path).astype({"user": str, "item": str}))
    assert not {first, second} & set(found["item"])
    assert found["user"].tolist() == [1003] * 4
    new = run.recommend_one(add=[first], k=3)
    assert "user" not in new
    assert first not in new["item"].tolist()
    with pytest.raises(WorkbenchError, match="diversity"):
        run.recommend_one(1003, order={"divers": 1})


def test_explain_and_similar_have_the_numbers_of_the_commands(run, command):
    item = int(run.recommend(1004, k=1)["item"].iloc[0])
    told = command("explain", run.folder, "--user", 1004, "--item", item)
    found = run.explain(1004, item)
    assert found["item"].tolist() == [int(one["item"]) for one in told["reasons"]]
    for name in ("title", "contribution", "score_without", "rank_without"):
        assert found[name].tolist() == [one[name] for one in told["reasons"]]
    assert (found.attrs["rank"], found.attrs["score"]) == (1, told["score"])
    assert found["contribution"].sum() + found.attrs["base"] == pytest.approx(told["score"], abs=1e-6)
    told = command("similar", run.folder, "--item", item, "--k", 3)
    found = run.similar(item, k=3)
    assert found["item"].tolist() == [int(one["item"]) for one in told["items"]]
    assert found["score"].tolist() == [one["score"] for one in told["items"]]
    assert list(found.columns) == ["rank", "item", "title", "score"]


def test_compare_has_the_numbers_of_the_command(fold, run, command):
    other = workbench.train(fold, "popularity")
    found = workbench.compare([run, other], "ndcg@10", test="t")
    told = command("compare", run.folder, other.folder, "--metric", "ndcg@10", "--test", "t")
    assert found.to_dict("records") == told["pairs"]
    assert found.attrs["runs"] == told["runs"]
    with pytest.raises(WorkbenchError, match="Two or more runs"):
        workbench.compare([run])


def test_ratings_are_predicted(fold, command, tmp_path):
    run = workbench.train(fold, "average")
    pairs = pd.DataFrame({"user": [1001, 1002, 7], "item": [20, 0, 5]}, index=[5, 5, 9])
    found = run.predict(pairs)
    assert found[["user", "item"]].equals(pairs)
    pairs.to_csv(tmp_path / "pairs.csv", index=False)
    command("predict", run.folder, tmp_path / "pairs.csv", "--output", tmp_path / "ratings.parquet")
    assert found["rating"].tolist() == pd.read_parquet(tmp_path / "ratings.parquet")["rating"].tolist()
    with pytest.raises(WorkbenchError, match="no column 'item'"):
        run.predict(pairs[["user"]])


def test_a_command_and_a_notebook_train_the_same(ratings, command, tmp_path):
    ratings.to_csv(tmp_path / "ratings.csv", index=False)
    asked = ("--algorithm", "bpr", "--set", "epochs=3", "--set", "factors=8", "--seed", 4, "--split", "random")
    filters = ("--filter", "min-rating=2", "--filter", "core=3", "--split-set", "seed=2")
    command("train", tmp_path / "ratings.csv", "--run", tmp_path / "bpr", *asked, *filters)
    data = workbench.read_interactions(ratings).filter(min_rating=2, core=3)
    fold = workbench.split(data, "random", seed=np.int64(2))
    run = workbench.train(fold, "bpr", epochs=np.int64(3), factors=8, seed=4)
    told = command("evaluate", tmp_path / "bpr", "--metrics", "ndcg@10")
    found = run.evaluate("ndcg@10")
    assert dict(found.loc["ndcg@10"]) == told["metrics"]["ndcg@10"]
    assert found.attrs["protocol"] == told["protocol"]
    assert run.records()["epoch"].tolist() == [1, 2, 3]
    again = workbench.open_run(tmp_path / "bpr")
    assert again.recommend(k=2)["score"].tolist() == run.recommend(k=2)["score"].tolist()


def test_a_blend_weighs_runs(fold, run):
    other = workbench.train(fold, "popularity")
    blend = workbench.train(fold, "blend", runs=[run, other])
    assert blend.hyperparameters["runs"] == f"{run.name},{other.name}"
    kept = other.folder
    del other
    gc.collect()
    assert len(blend.recommend(1001, k=3)) == 3  # what it is made of stays as long as it does
    assert kept.exists()
    apart = workbench.split(fold.data, "random")
    with pytest.raises(WorkbenchError, match="another split"):
        workbench.train(apart, "blend", runs=[run, workbench.train(apart, "popularity")])


def test_a_run_without_a_folder_goes_with_its_object(fold):
    run = workbench.train(fold, "popularity")
    folder = run.folder
    assert folder.exists()
    del run
    gc.collect()
    assert not folder.exists()
    assert fold.data.folder.exists()


def test_a_run_with_a_folder_stays_and_is_taken_up_again(fold, tmp_path):
    folder = tmp_path / "project" / "runs" / "bpr"
    run = workbench.train(fold, "bpr", epochs=2, folder=folder)
    assert (folder / "data" / "user.npy").samefile(fold.data.folder / "user.npy")  # linked: it lies on the same disk
    stamp = (folder / "model.safetensors").stat().st_mtime_ns
    first = run.recommend(k=2)
    assert workbench.train(fold, "bpr", epochs=2, folder=folder).recommend(k=2).equals(first)
    assert (folder / "model.safetensors").stat().st_mtime_ns == stamp
    set_status(RunFolder.open(folder), "lost")  # killed
    workbench.train(fold, "bpr", epochs=2, folder=str(folder))
    assert RunFolder.open(folder).status().state == "done"
    for other in ({"epochs": 3}, {"epochs": 2, "seed": 1}, {"epochs": 2, "patience": 3}):
        with pytest.raises(WorkbenchError, match="already holds a run, and not this one"):
            workbench.train(fold, "bpr", folder=folder, **other)
    with pytest.raises(WorkbenchError, match="differs in data"):
        less = workbench.read_interactions(fold.data.to_frame().iloc[:-20])
        workbench.train(workbench.split(less), "bpr", epochs=2, folder=folder)
    del run, fold
    gc.collect()
    assert len(workbench.open_run(folder).recommend(k=2)) == 100  # its data lies in it


def test_data_with_a_folder_is_shared_by_the_runs_of_its_project(ratings, tmp_path):
    data = workbench.read_interactions(ratings, folder=tmp_path / "data" / "mine")
    run = workbench.train(workbench.split(data), "popularity", folder=tmp_path / "runs" / "popularity")
    assert run.opened.data_folder == tmp_path / "data" / "mine"
    before = (tmp_path / "data" / "mine" / "user.npy").stat().st_ino
    workbench.read_interactions(ratings, folder=tmp_path / "data" / "mine")
    assert (tmp_path / "data" / "mine" / "user.npy").stat().st_ino == before  # the same data stays
    workbench.read_interactions(ratings.head(300), folder=tmp_path / "data" / "mine")
    with pytest.raises(WorkbenchError, match="has changed"):
        run.evaluate("ndcg@5")
    with pytest.raises(WorkbenchError, match="not from this program"):
        workbench.read_interactions(ratings, folder=tmp_path)


def test_what_interrupts_a_training_leaves_no_run_that_seems_to_run(fold, tmp_path, monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            workbench.train(fold, "popularity", folder=tmp_path / "run")
    assert RunFolder.open(tmp_path / "run").status().state == "cancelled"
    assert workbench.train(fold, "popularity", folder=tmp_path / "run").status.state == "done"


def test_wrong_wishes_are_refused_with_a_sentence(data, fold, run):
    for wish, sentence in (
        (lambda: workbench.train(fold, "easy"), "ease"),
        (lambda: workbench.train(fold, "ease", regularisation=3), "regularization"),
        (lambda: workbench.train(fold, "ease", regularization=-1), "above 0"),
        (
            lambda: workbench.train(fold, "ease", changes=[(1, "regularization", 2)]),
            "cannot be changed while it trains",
        ),
        (lambda: workbench.train(workbench.split(workbench.read_interactions(fold.train)), "content"), "item"),
        (lambda: workbench.split(data, "lastn"), "last-n"),
        (lambda: workbench.split(data, "random", test=2), "at most|below"),
        (lambda: workbench.split(data, "files"), "test file"),
        (lambda: data.filter(min_ratings=2), "min_rating"),
        (lambda: data.filter(min_rating=9), "leaves nothing"),
        (lambda: run.evaluate("ndgc@10"), "ndcg"),
        (lambda: run.recommend("nobody"), "no user 'nobody'"),
        (lambda: run.recommend(1001, k=0), "at least 1 item"),
        (lambda: run.explain(1001, 99), "no item '99'"),
        (lambda: run.similar(1.5), "no item '1.5'"),
        (lambda: workbench.open_run("nowhere"), "not a run folder"),
        (lambda: workbench.read_interactions("nowhere.csv"), "is not there"),
        (lambda: workbench.read_interactions([1, 2]), "A path or a DataFrame"),
        (lambda: workbench.read_interactions(fold.train, recipe={"a": 1}), "The recipe"),
        (lambda: workbench.read_interactions(fold.train, columns={"person": "user"}), "The columns"),
        (lambda: workbench.read_interactions(fold.train, columns="user=a,item=b"), "no column 'a'"),
        (lambda: workbench.read_interactions(fold.train, delimeter=","), "delimiter"),
    ):
        with pytest.raises(WorkbenchError, match=sentence):
            wish()


def test_what_there_is_is_listed():
    assert {"ease", "bpr", "blend"} <= set(workbench.list_algorithms().index)
    assert workbench.list_hyperparameters("ease").loc["regularization", "default"] == 500
    assert not len(workbench.list_hyperparameters("random").index.difference(["seed"]))
    assert "ndcg" in workbench.list_metrics().index
    assert workbench.list_splits().loc["last-n", "settings"]["n"] == 1
    assert "min_rating" in workbench.list_filters().loc["rating", "keywords"]


def test_workbench_offers_the_names_of_the_interface():
    assert {*interface.__all__, "WorkbenchError", "__version__"} == set(workbench.__all__) == set(dir(workbench))
    for name in interface.__all__:
        assert getattr(workbench, name) is getattr(interface, name)
        assert inspect.getdoc(getattr(interface, name))
    with pytest.raises(AttributeError, match="nothing"):
        workbench.nothing  # noqa: B018


FRESH = """
import json, sys, time
import workbench
after_import = sorted({"pandas", "numpy", "pyarrow", "workbench.interface"} & set(sys.modules))
run = workbench.train(workbench.split(workbench.read_interactions(sys.argv[1])), "ease")
run.evaluate("ndcg@10"), run.recommend(k=3)
print(json.dumps([after_import, sorted({"torch", "PySide6", "pyqtgraph"} & set(sys.modules))]))
"""


def test_a_linear_model_needs_neither_qt_nor_torch(ratings, tmp_path):
    ratings.to_csv(tmp_path / "ratings.csv", index=False)
    command = [sys.executable, "-c", FRESH, tmp_path / "ratings.csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(done.stdout) == [[], []]
    assert done.stderr == ""


def test_a_dataframe_of_histories_gives_lists_of_new_people(run, command, tmp_path):
    people = pd.DataFrame({"user": [7, 7, 9, 9], "item": [0, 1, 20, 999], "rating": [5, 4, 3, 5]})
    with pytest.warns(UserWarning, match="1 row of 1 item that the run does not know: 999"):
        found = run.recommend(history=people, k=3)
    people.to_csv(tmp_path / "new.csv", index=False)
    command("recommend", run.folder, "--history", tmp_path / "new.csv", "--k", 3, "--output", tmp_path / "l.parquet")
    assert found.astype({"user": str, "item": str}).equals(
        pd.read_parquet(tmp_path / "l.parquet").astype({"user": str, "item": str})
    )
    assert found["user"].tolist() == [7] * 3 + [9] * 3
    assert found.attrs["history"]["examples"] == ["999"]
    people = people[people["item"] != 999]
    nine = found[3:].reset_index(drop=True)
    assert run.recommend([9], history=people, k=3).equals(nine)
    assert run.recommend_one(9, history=people, k=3).equals(nine)
    why = run.explain(9, nine["item"][0], history=people)
    assert (why["item"].tolist(), why.attrs["rank"], why.attrs["user"]) == ([20], 1, 9)
    with pytest.raises(WorkbenchError, match="no user '8'"):
        run.recommend(8, history=people)
    for odd in ([0, 1], people["item"]):
        with pytest.raises(WorkbenchError, match=f"not a {type(odd).__name__}"):
            run.recommend(history=odd)
