"""Published figures through the window: files are read, runs trained and tested by its pages, and read off its table."""

import re

import pytest

from tests.benchmarks.own_window import play
from workbench.data.importing.importer import make_recipe
from workbench.data.importing.roles import Columns
from workbench.training.literature import table_of

pytestmark = pytest.mark.benchmark

# What takes seconds or a few minutes; the others have presets, and a benchmark of their own.
QUICK = ("popularity", "item-knn", "ease", "rp3beta", "ials", "slim")


def rows_of(name):
    """Rows of a table: algorithm, its form, and for each metric what is published and how near ours must come.

    "=": the same to its last digit; "±": within .001; 0: at least as much.
    """
    return [
        (row.algorithm, row.hyperparameters, {metric: (one.value, _how(one)) for metric, one in row.figures.items()})
        for part in table_of(name).parts
        for row in part.rows
        if row.algorithm in QUICK
    ]


def _how(figure):
    return 0 if figure.at_least else "±" if figure.tolerance else "="


RATED_FROM_THREE, GOWALLA, LAST_ITEM = map(
    rows_of, ("movielens-1m-random", "gowalla-lightgcn", "movielens-1m-last-item")
)
# RMSE and MAE of each fold.
AVERAGES = {
    by: [
        tuple(figure.value for figure in row.figures.values())
        for part in table_of("movielens-100k-averages").parts
        for row in part.rows
        if row.hyperparameters["by"] == by
    ]
    for by in ("user", "item")
}


def shown(row, metric):
    """A figure as it stands in the table, and all its digits, which its tip has."""
    text, tip = (
        row["metric"] if metric in ("rmse", "ndcg@10") and f"test:{metric}" not in row else row[f"test:{metric}"]
    )
    return text, float(re.search(r"-?\d+\.\d+(e-\d+)?", tip.split("@")[-1].partition(" ")[2])[0])


def reaches(value, published, how):
    """Whether a figure is what is published: the same, within 0.001 of it, or at least it."""
    if how == "=":
        return round(value, 4) == published
    return abs(value - published) <= 0.001 if how == "±" else round(value, 4) >= published


def played(tmp_path, step, wanted):
    """The window trains and tests all these; a row of its table for each."""
    metrics = dict.fromkeys(f"test:{one}" for _, _, figures in wanted for one in figures)
    step |= {"runs": [one[:2] for one in wanted]}
    answer = play("published", tmp_path / "home", project=str(tmp_path / "project"), steps=[step],
                  columns=[*metrics, "seconds"], timeout=3600)  # fmt: skip
    assert not answer["heavy"]
    return answer["runs"]


def judged(say, name, rows, wanted):
    wrong = []
    for row, (algorithm, form, figures) in zip(rows, wanted, strict=True):
        for metric, (published, how) in figures.items():
            text, value = shown(row, metric)
            what = {"=": "exactly", "±": "± 0.001"}.get(how, "or more")
            say(f"{name}: {row['run'][0]} {metric}", f"{text} ({value:.5f})", f"{published} {what}", f"{form}")
            if not reaches(value, published, how):
                wrong.append((algorithm, metric, value, published))
    assert not wrong


def test_averages_on_the_official_folds(say, tmp_path, shared_data):
    data = shared_data("ml-100k")
    steps = [
        {
            "paths": {"train": str(data / f"u{fold}.base"), "test": str(data / f"u{fold}.test")},
            "split": ["files", {}],
            "runs": [["average", {"by": by}] for by in AVERAGES],
        }
        for fold in range(1, 6)
    ]
    answer = play(
        "published",
        tmp_path / "home",
        project=str(tmp_path / "project"),
        steps=steps,
        columns=["test:rmse", "test:mae"],
    )
    rows = iter(answer["runs"])
    wrong = []
    for fold in range(5):
        for by, published in AVERAGES.items():
            row = next(rows)
            for metric, wanted, digits in zip(("rmse", "mae"), published[fold], (4, 5), strict=True):
                text, value = shown(row, metric)
                say(f"u{fold + 1}: {metric} of the {by} average", f"{text} ({value:.6f})", f"{wanted}", row["run"][0])
                if round(value, digits) != wanted:
                    wrong.append((fold + 1, by, metric, value, wanted))
    assert not wrong


def test_rated_from_three(say, tmp_path, shared_data):
    data = shared_data("ml-1m") / "rating3-811"
    files = {"train": "train.csv", "validation": "valid.csv", "test": "test.csv"}
    step = {
        "paths": {part: str(data / name) for part, name in files.items()},
        "split": ["files", {"show_validation": False}],
    }
    judged(say, "ML-1M, ratings from 3", played(tmp_path, step, RATED_FROM_THREE), RATED_FROM_THREE)


def test_gowalla(say, tmp_path, shared_data):
    data = shared_data("gowalla")
    train = tmp_path / "gowalla.txt"  # the training set of the publication is two files here
    train.write_text("".join((data / f"{part}.txt").read_text().rstrip("\n") + "\n" for part in ("train", "valid")))
    step = {"paths": {"train": str(train), "test": str(data / "test.txt")}, "split": ["files", {}]}
    judged(say, "Gowalla", played(tmp_path, step, GOWALLA), GOWALLA)


def test_last_item_of_movielens_1m(say, tmp_path, shared_data):
    path = shared_data("ml-1m") / "interactions_chronological.csv"
    recipe = make_recipe(path, Columns(user="user_id", item="movie_id", time="position")).model_dump(mode="json")
    step = {"paths": {"train": str(path)}, "recipe": recipe, "split": ["last-n", {"n": 1, "validation": 0}]}
    judged(say, "ML-1M, last item", played(tmp_path, step, LAST_ITEM), LAST_ITEM)
