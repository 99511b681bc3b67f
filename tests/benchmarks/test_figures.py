"""Figures of others, on their data and by their protocol, through the command line."""

import json

import numpy as np
import pytest

from workbench.cli import main as command_line

pytestmark = pytest.mark.benchmark

# Official folds u1 to u5; on u1 MyMediaLite documents the same RMSE of the user average. An item without ratings gets
# the mean of all.
AVERAGES = {
    "user": (1.0630, 1.0467, 1.0329, 1.0367, 1.0393),
    "item": (1.0334, 1.0305, 1.0197, 1.0169, 1.0223),
}
SURPRISE_SVD = 0.9380  # Surprise 1.1.5, defaults, mean of the five folds


@pytest.fixture
def ask(capsys):
    """Run a command and return its answer."""

    def command(*words):
        capsys.readouterr()
        assert command_line([*map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return command


def fold_figures(ask, folder, data, fold, algorithm, settings=()):
    """RMSE and seconds of one algorithm on one fold."""
    run = folder / f"{algorithm}-{'-'.join(settings)}-{fold}".replace("=", "-")
    wishes = [word for one in settings for word in ("--set", one)]
    trained = ask(
        "train", data / f"u{fold}.base", "--test", data / f"u{fold}.test", "--split", "files",
        "--algorithm", algorithm, *wishes, "--run", run,
    )  # fmt: skip
    return ask("evaluate", run)["metrics"]["rmse"]["mean"], trained["seconds"]


def test_ratings_of_movielens_100k(say, ask, tmp_path, shared_data):
    data = shared_data("ml-100k")
    found = [fold_figures(ask, tmp_path, data, fold, "biased-svd") for fold in range(1, 6)]
    rmse = [value for value, _ in found]
    how = f"ML-100K u1 to u5, --split files, defaults; {', '.join(f'{one:.4f}' for one in rmse)}"
    how += f"; {np.median([seconds for _, seconds in found]):.1f} s a fold; Surprise's SVD {SURPRISE_SVD}"
    say("RMSE of biased SVD, mean of 5 folds", f"{np.mean(rmse):.4f}", "≤ 0.938", how)
    assert np.mean(rmse) <= SURPRISE_SVD
    for by, published in AVERAGES.items():
        got = [fold_figures(ask, tmp_path, data, fold, "average", [f"by={by}"])[0] for fold in range(1, 6)]
        off = max(abs(round(one, 4) - other) for one, other in zip(got, published, strict=True))
        words = ", ".join(f"{one:.4f}" for one in got)
        say(f"RMSE of the {by} average, 5 folds", words, "the published", f"at most {off:.4f} off {published}")
        assert off < 5e-5  # half of the last digit


def test_ease_on_movielens_1m(say, ask, tmp_path, shared_data):
    data = shared_data("ml-1m") / "interactions_chronological.csv"
    run = tmp_path / "run"
    trained = ask(
        "train", data, "--columns", "user=user_id,item=movie_id,time=position", "--split", "last-n",
        "--split-set", "validation=0", "--algorithm", "ease", "--set", "regularization=300", "--run", run,
    )  # fmt: skip
    metrics = ask("evaluate", run)["metrics"]
    how = f"ML-1M, last item of 6,040 users, all items ranked, L2 300; {trained['seconds']:.1f} s"
    how += f"; HR@10 {metrics['recall@10']['mean']:.4f} (0.1083)"
    say("NDCG@10 of EASE on ML-1M", f"{metrics['ndcg@10']['mean']:.4f}", "0.0535 ± 0.001", how)
    assert metrics["ndcg@10"]["mean"] == pytest.approx(0.0535, abs=0.001)
    assert metrics["recall@10"]["mean"] == pytest.approx(0.1083, abs=0.001)
