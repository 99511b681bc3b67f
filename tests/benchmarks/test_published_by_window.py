"""Published figures through the window: files are read, runs trained and tested by its pages, and read off its table."""

import re

import pytest

from tests.benchmarks.own_window import play
from workbench.data.importing.importer import make_recipe
from workbench.data.importing.roles import Columns

pytestmark = pytest.mark.benchmark

# Official folds u1 to u5; on u1 MyMediaLite documents the same of the user average. An item without ratings gets the mean
# of all. RMSE and MAE.
AVERAGES = {
    "user": ((1.0630, 0.85019), (1.0467, 0.83834), (1.0329, 0.82653), (1.0367, 0.83078), (1.0393, 0.83505)),
    "item": ((1.0334, 0.82757), (1.0305, 0.82070), (1.0197, 0.81161), (1.0169, 0.81127), (1.0223, 0.81595)),
}
# Algorithm, its form, and for each metric what is published and how far below it may be; "=": the same to its last digit.
RATED_FROM_THREE = (
    ("popularity", {}, {"recall@10": (0.0794, "="), "mrr@10": (0.2411, "="), "ndcg@10": (0.1202, "="),
                        "hit@10": (0.4832, "="), "precision@10": (0.0935, "=")}),
    ("item-knn", {"neighbours": 100, "shrinkage": 0}, {"recall@10": (0.1344, 0), "ndcg@10": (0.1949, 0)}),
    ("ease", {"regularization": 1000}, {"recall@10": (0.2108, "±"), "mrr@10": (0.4792, "±"), "ndcg@10": (0.2853, "±"),
                                        "hit@10": (0.7719, "±"), "precision@10": (0.2073, "±")}),
    ("ease", {"regularization": 500}, {"recall@10": (0.2109, "±"), "ndcg@10": (0.2823, "±")}),
    ("ease", {"regularization": 2000}, {"recall@10": (0.2062, "±"), "ndcg@10": (0.2814, "±")}),
    ("ials", {"epochs": 8}, {"recall@10": (0.2015, 0), "ndcg@10": (0.2574, 0)}),
)  # fmt: skip
GOWALLA = (
    ("popularity", {}, {"recall@20": (0.0416, "="), "ndcg@20": (0.0317, "=")}),
    ("rp3beta", {"alpha": 1, "beta": 0.4, "neighbours": 200, "kept_for": "history"},
     {"recall@20": (0.1591, "±"), "ndcg@20": (0.1262, "±")}),
    ("ials", {"factors": 64, "epochs": 8}, {"recall@20": (0.1399, 0), "ndcg@20": (0.1220, 0)}),
)  # fmt: skip
LAST_ITEM = (
    ("popularity", {}, {"hit@10": (0.0364, "="), "ndcg@10": (0.0179, "=")}),
    ("item-knn", {"neighbours": 200, "shrinkage": 10}, {"hit@10": (0.0452, 0), "ndcg@10": (0.0222, 0)}),
    ("ease", {"regularization": 300}, {"hit@10": (0.1083, "±"), "ndcg@10": (0.0535, "±")}),
    ("ease", {"regularization": 1000}, {"hit@10": (0.1070, "±"), "ndcg@10": (0.0533, "±")}),
    ("rp3beta", {"beta": 0.5}, {"hit@10": (0.0820, 0), "ndcg@10": (0.0430, 0)}),
    ("ials", {}, {"hit@10": (0.0844, 0), "ndcg@10": (0.0422, 0)}),
    ("slim", {"l1": 151, "l2": 151}, {"hit@10": (0.0945, 0), "ndcg@10": (0.0479, 0)}),
)  # fmt: skip


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
