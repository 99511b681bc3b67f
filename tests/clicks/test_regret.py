"""Lists held against the truth of a simulation."""

import numpy as np
import pytest

from workbench.cli import main
from workbench.clicks.estimating import estimate
from workbench.clicks.policies import Judged
from workbench.clicks.reading import read_impressions
from workbench.clicks.regret import read_truth, regret
from workbench.data.simulator import Exposure
from workbench.data.simulator.exposure import click_chances, shown_chances
from workbench.errors import WorkbenchError
from workbench.insight.looking import load


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "data"
    size = ["--users", "60", "--items", "80", "--interactions", "900", "--log", "--impressions", "4000"]
    assert main(["simulate", "--output", str(folder), *size, "--quiet"]) == 0
    for name in ("ease", "popularity"):
        given = ["train", str(folder / "interactions.csv"), "--algorithm", name, "--run", str(folder.parent / name)]
        assert main([*given, "--quiet"]) == 0
    return folder


def test_lists_are_worth_what_the_truth_says(made):
    found = regret(made.parent / "ease", made, k=5)
    truth = read_truth(made)
    run, algorithm, _ = load(made.parent / "ease")
    data, worth, best = run.data, [], []
    items = np.array(data.item_ids.to_pylist(), int) - 1
    for user in range(data.n_users):
        if not run.fold.shown_at_test.by_user.lengths[user]:
            continue
        chance = truth.chances(int(data.user_ids[user].as_py()) - 1)[items]
        seen = run.fold.seen_at_test.by_user[user]
        scores = algorithm.score(np.array([user], np.int32), run.fold.shown_at_test.by_user.rows(np.array([user])))[0]
        free = np.setdiff1d(np.arange(data.n_items), seen)
        worth.append(chance[free[np.argsort(-scores[free], kind="stable")[:5]]].sum())
        best.append(np.sort(chance[free])[-5:].sum())
    assert found["users"] == len(worth)
    assert found["best"] == pytest.approx(np.mean(best))
    assert found["run"] == pytest.approx(np.mean(worth), rel=0.02)  # ties stand in another order
    assert found["share"] == pytest.approx(np.mean(np.array(worth) / best), rel=0.02)
    assert found["low"] <= found["share"] <= found["high"] <= 1
    popular = regret(made.parent / "popularity", made, k=5)
    assert popular["run"] == pytest.approx(popular["popular"], rel=0.02)


def test_the_log_is_of_the_policy_that_it_says(made):
    truth, log = read_truth(made), read_impressions(made / "impressions.csv")
    items = np.array(log.items.to_pylist(), int) - 1
    exposure = Exposure(impressions=4000)
    shown = shown_chances(truth, exposure)
    assert shown.sum() == pytest.approx(1)
    assert log.propensity == pytest.approx(shown[items[log.item]])
    assert log.positions == ["1", "2", "3", "4", "5"]
    users = np.array(log.users.to_pylist(), int) - 1
    likely = click_chances(truth, exposure, users[log.user], items[log.item], log.position)
    assert log.click.mean() == pytest.approx(likely.mean(), abs=3 * np.sqrt(likely.mean() / len(log)))
    # What a uniform policy would earn is known, and the estimate's interval has it.
    everywhere = np.stack([
        click_chances(truth, exposure, users[log.user], np.full(len(log), item), log.position) for item in range(len(shown))
    ])  # fmt: skip
    told = estimate(
        log, lambda log, model: Judged(np.full(len(log), 1 / 80), model.rate.mean(axis=1)[model.part], 0, "alike")
    )
    assert told["estimates"]["snips"]["low"] < everywhere.mean() < told["estimates"]["snips"]["high"]
    assert not next(light["red"] for light in told["lights"] if light["name"] == "mean weight")


def test_what_is_no_truth_is_refused(made, tmp_path, capsys):
    (tmp_path / "truth.npz").write_bytes(b"no")
    with pytest.raises(WorkbenchError, match="no truth of a simulation"):
        read_truth(tmp_path)
    arrays = vars(read_truth(made)) | {"genre": np.zeros((3, 2), bool)}
    np.savez(tmp_path / "truth.npz", **arrays)
    with pytest.raises(WorkbenchError, match="damaged"):
        read_truth(tmp_path)
    assert main(["simulate", "--output", str(tmp_path / "x"), "--noise", "-1"]) == 1
    assert "--noise -1.0:" in capsys.readouterr().err
    assert main(["simulate", "--output", str(tmp_path)]) == 1
    assert main(["simulate", "--truth", str(made), "--run", str(made.parent / "ease"), "--k", "3"]) == 0
    assert "of the best that there could be" in capsys.readouterr().out
