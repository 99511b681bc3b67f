"""Policies of runs, against their lists and scores."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.commands.conftest import folder, trained  # noqa: F401 - fixtures
from workbench.clicks.estimating import click_model, estimate
from workbench.clicks.policies import lists_of_run, other_log, scores_of_run, softmax_of_run
from workbench.clicks.reading import read_impressions
from workbench.control import Control
from workbench.errors import WorkbenchError
from workbench.insight.listing import recommend
from workbench.insight.looking import load


@pytest.fixture(scope="module")
def log(trained, tmp_path_factory):  # noqa: F811
    """What people of the data, and somebody unknown, were shown; one item nobody knows."""
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("log") / "log.csv"
    rows = [
        f"u{user:03d},{item},{place},{rng.integers(2)},0.02"
        for user in (*range(10), 999)
        for place in (1, 2)
        for item in (*(f"i{at}" for at in range(40)), "new")
    ]
    path.write_text("user,item,position,click,propensity\n" + "\n".join(rows) + "\n")
    return read_impressions(path)


@pytest.mark.parametrize("name", ["ease", "biased-svd"])
def test_lists_put_each_item_at_its_place(trained, log, name):  # noqa: F811
    judged = lists_of_run(log, click_model(log), trained[name])
    for user in ("u003", "u999"):
        rows = [at for at in range(len(log)) if log.users[log.user[at]].as_py() == user and judged.probability[at]]
        shown = [log.items[log.item[at]].as_py() for at in sorted(rows, key=lambda at: log.position[at])]
        if user == "u003":
            listed = recommend(str(trained[name]), user, Control(), k=2)["items"]
            assert shown == [one["item"] for one in listed]
        else:
            popular = load(trained[name])[0].fold.train.item_counts
            assert len(shown) == 2
            ids = load(trained[name])[0].data.item_ids.to_pylist()
            assert popular[[ids.index(one) for one in shown]].min() >= np.sort(popular)[-2]
    assert judged.probability.sum() == 2 * 11
    assert judged.unsupported == 0
    assert judged.unknown_users == 1


def test_a_log_of_people_that_a_run_does_not_know_is_refused(trained, log):  # noqa: F811
    """Such as a server's, whose ids are keyed: each list would be that of somebody new, and nothing would say so."""
    keyed = replace(log, users=pa.array([f"key {at}" for at in range(len(log.users))]))
    with pytest.raises(WorkbenchError, match="knows none of the 11 users of the log, such as 'key 0'"):
        lists_of_run(keyed, click_model(log), trained["ease"])


def test_switch_corrects_by_weights_that_are_not_large(trained, log):  # noqa: F811
    """Few rows of a log are what a run would list: the largest of all weights would be all of them."""
    told = estimate(log, lambda log, model: lists_of_run(log, model, trained["ease"]))["estimates"]
    assert told["switch_dr"]["value"] == pytest.approx(told["dr"]["value"])  # all weights above 0 are alike
    assert told["switch_dr"]["value"] != pytest.approx(told["dm"]["value"])


def test_a_softmax_is_drawn_from_the_scores(trained, log):  # noqa: F811
    from scipy.special import softmax

    model = click_model(log)
    judged = softmax_of_run(log, model, trained["ease"], 0.5)
    run, algorithm, _ = load(trained["ease"])
    user = run.data.user_index("u003")
    scores = algorithm.score(np.array([user], np.int32), run.fold.shown_at_test.by_user.rows(np.array([user])))[0]
    ids = run.data.item_ids.to_pylist()
    known = [one.as_py() for one in log.items if one.as_py() in ids]
    chance = dict(zip(known, softmax(scores[[ids.index(one) for one in known]].astype(float) / 0.5), strict=True))
    rows = np.flatnonzero(log.user == log.users.to_pylist().index("u003"))
    expected = [chance.get(log.items[log.item[at]].as_py(), 0) for at in rows]
    assert judged.probability[rows] == pytest.approx(np.array(expected), abs=1e-9)
    rate = model.rate[model.part[rows[0]]]
    of_items = [chance.get(one.as_py(), 0) for one in log.items]
    assert judged.expected[rows[0]] == pytest.approx(float(rate @ of_items))
    of_run = scores_of_run(log, trained["ease"])
    assert of_run[rows[0]] == pytest.approx(scores[ids.index(log.items[log.item[rows[0]]].as_py())])


def test_another_log_is_its_propensities_or_how_often_it_showed_what(tmp_path):
    head = "item,position,click,propensity\n"
    (tmp_path / "a.csv").write_text(head + "x,1,0,.5\ny,1,1,.5\nx,2,0,.5\n")
    (tmp_path / "b.csv").write_text(head + "x,1,0,.2\nx,1,0,.2\nx,1,1,.2\nnew,1,0,.8\ny,2,0,1\n")
    (tmp_path / "c.csv").write_text(head + "x,1,0,.2\nx,1,0,.3\nx,1,1,.2\nnew,1,0,.8\ny,2,0,1\n")
    a, b, c = (read_impressions(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv"))
    model = click_model(a)
    assert other_log(a, model, b).probability.tolist() == [0.2, 0, 0]
    judged = other_log(a, model, c)
    assert judged.probability.tolist() == [0.75, 0, 0]
    # At place 1 a quarter is of an item that the log has not, at place 2 the log never showed y.
    assert judged.unsupported == pytest.approx((0.25 + 0.25 + 1) / 3)
    assert judged.expected == pytest.approx(
        [0.75 * model.rate[part, 0] for part in model.part[:2]] + [model.rate[0, 1]]
    )
