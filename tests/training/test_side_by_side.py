"""What the pictures of the page Compare ask for, against what is asked for one by one."""

import csv
import math

import numpy as np
import pytest

from workbench.cli import main
from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.errors import WorkbenchError
from workbench.jobs import all_jobs
from workbench.training import comparing
from workbench.training import results as kept
from workbench.training.run import Run
from workbench.training.train import train_run

NAMES = ("pop", "chance", "average")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    project = tmp_path_factory.mktemp("beside")
    rng = np.random.default_rng(5)
    lines = ["user,item,rating,time"]
    for user in range(50):
        chosen = rng.choice(30, 6 + user % 9, replace=False)
        lines += [f"=u{user:03d},i{item},{1 + int(item + user) % 5},{at}" for at, item in enumerate(chosen)]
    (project / "ratings.csv").write_text("\n".join(lines) + "\n")
    titles = [f"i{item},Title {item},{('Drama', 'Comedy|Drama', 'War')[item % 3]}" for item in range(30)]
    (project / "movies.csv").write_text("\n".join(["item,title,genres", *titles]) + "\n")
    import_file(project / "ratings.csv", project / "data" / "small", None, project / "movies.csv")
    for name, algorithm in zip(NAMES, ("popularity", "random", "average"), strict=True):
        Run.create(
            project / "runs" / name, project / "data" / "small", algorithm, {}, "last-n", {"n": 1, "validation": 1}
        )
        train_run(project / "runs" / name)
        assert main(["evaluate", str(project / "runs" / name), "--quiet"]) == 0
    return project / "runs"


def ask(job, **args):
    return all_jobs()[job].function(control=Control(), **args)


def paths(folder):
    return [str(folder / one) for one in NAMES]


@pytest.mark.parametrize("by", ["activity", "age", "genre"])
def test_parts_of_several_runs_sum_to_the_number_of_each(folder, by):
    answer = ask("parts", runs=paths(folder), metric="ndcg@10", by=by)
    for name, one in zip(NAMES, answer["runs"], strict=True):
        assert one["sum"] == pytest.approx(one["whole"], abs=1e-14)
        assert one["whole"] == kept.tested(Run.open(folder / name))["metrics"]["ndcg@10"]["mean"]
        assert math.fsum(part["part"] for part in one["segments"] if part) == one["sum"]
        alone = [found.name for found in comparing.segments(Run.open(folder / name), "ndcg@10", by)]
        assert alone == answer["names"]


def test_parts_of_an_error_sum_to_its_square(folder):
    answer = ask("parts", runs=[str(folder / "average")], metric="rmse", by="activity")
    assert answer["squares"]
    assert answer["runs"][0]["sum"] == pytest.approx(answer["runs"][0]["whole"], rel=1e-12)


def test_the_curve_of_users_has_its_ends_and_its_turns(folder, monkeypatch):
    users, first, second = comparing.by_user(Run.open(folder / "pop"), Run.open(folder / "chance"), "ndcg@10")
    difference = second - first
    for most in (1000, 7):
        monkeypatch.setattr("workbench.training.side_by_side.MAX_POINTS", most)
        answer = ask("waterfall", a=str(folder / "pop"), b=str(folder / "chance"), metric="ndcg@10")
        assert answer["users"] == len(users) == answer["gain"] + answer["lose"] + answer["same"]
        assert (answer["gain"], answer["lose"]) == ((difference > 0).sum(), (difference < 0).sum())
        assert answer["by"] == difference[answer["at"]].tolist()
        assert {0, answer["gain"] - 1, answer["gain"], len(users) - 1} <= set(answer["at"])
        assert answer["mean"] == pytest.approx(difference.mean())
    assert len(answer["at"]) <= 7 + 6


def test_less_of_an_error_is_a_gain(folder):
    answer = ask("waterfall", a=str(folder / "average"), b=str(folder / "average"), metric="rmse")
    assert (answer["gain"], answer["lose"], answer["same"]) == (0, 0, answer["users"])


@pytest.mark.parametrize(("place", "first"), [(0, 0), (20, 14), (49, 38), (10_000, 38)])
def test_users_around_a_place(folder, place, first):
    users, a, b = comparing.by_user(Run.open(folder / "pop"), Run.open(folder / "chance"), "ndcg@10")
    found = ask("waterfall_users", a=str(folder / "pop"), b=str(folder / "chance"), place=place, metric="ndcg@10", n=12)
    assert [one["place"] for one in found] == list(range(first, first + 12))
    assert [(one["user"], one["a"], one["b"]) for one in found] == [
        (users[at], a[at], b[at]) for at in range(first, first + 12)
    ]


def test_all_users_as_a_file_that_no_spreadsheet_executes(folder, tmp_path):
    output = tmp_path / "gains.csv"
    answer = ask("waterfall_file", a=str(folder / "pop"), b=str(folder / "chance"), output=str(output))
    rows = list(csv.reader(output.read_text(encoding="utf-8").splitlines()))
    assert answer["rows"] == len(rows) - 1 == 50
    assert rows[0] == ["user", "pop", "chance", "difference"]
    assert all(row[0].startswith("'=u") and float(row[2]) - float(row[1]) == float(row[3]) for row in rows[1:])


def test_overlaps_are_those_of_each_pair(folder, monkeypatch):
    monkeypatch.setattr("workbench.training.side_by_side.BLOCK_USERS", 7)
    found = ask("overlaps", runs=paths(folder))
    for i, a in enumerate(NAMES):
        for j, b in enumerate(NAMES):
            mean = ask("overlap", a=str(folder / a), b=str(folder / b))["mean"]
            assert found[i][j] == pytest.approx(mean)


def test_what_is_not_tested_is_told(folder, tmp_path):
    Run.create(tmp_path / "new", folder.parent / "data" / "small", "popularity", {}, "last-n", {"n": 1})
    for job, args in {"parts": {}, "overlaps": {}}.items():
        with pytest.raises(WorkbenchError, match="not tested yet"):
            ask(job, runs=[str(folder / "pop"), str(tmp_path / "new")], **args)
