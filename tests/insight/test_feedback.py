"""Reasons, what-if and blends where events are worth more or less."""

from dataclasses import replace

import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.control import Control
from workbench.insight import listing, reasons
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two tastes of 20 items each; the own ones are bought (weight 3) or put in a cart (1), others seen or disliked."""
    folder = tmp_path_factory.mktemp("project")
    rng = np.random.default_rng(3)
    rows = [(user, int(item), 1, step) for user in range(40) for step, item in enumerate(rng.permutation(40)[:24])]
    data = build(rows)
    own = data.user % 2 == data.item // 20
    weight = np.where(own, rng.choice([1, 3], len(data)), rng.choice([0, -1], len(data))).astype(np.float32)
    replace(data, rating=None, weight=weight).save(folder / "data" / "small", {"recipe": {}})
    found = {}
    for name, settings in {"ials": {"factors": 8}, "ease": {}, "blend": {"runs": "ials,ease"}}.items():
        found[name] = Run.create(folder / "runs" / name, folder / "data" / "small", name, settings)
        train_run(found[name].folder)
    return {name: Run.open(run.folder) for name, run in found.items()}


def refused(run, user):
    rows = run.data.by_user.rows(np.array([run.data.user_index(user)]))
    return {run.data.item_ids[item].as_py() for item in rows.item[rows.weight <= 0].tolist()}


@pytest.mark.parametrize("name", ["ials", "ease", "blend"])
def test_nothing_refused_is_listed_whatever_is_asked(runs, name):
    run = runs[name]
    folder = str(run.folder)
    for user in ("u0", "u7"):
        listed = listing.recommend(folder, user, Control(), k=40)
        items = {entry["item"] for entry in listed["items"]}
        assert not items & refused(run, user)
        history = [{"item": entry["item"]} for entry in reversed(listed["history"])]
        chosen = [entry for entry in history if entry["item"] not in refused(run, user)]
        # A blend shows its runs all that happened, a run what it reads.
        assert (len(history) > len(chosen)) == (name == "blend")
        less = listing.list_items(Control(), run=folder, user=user, k=40, changes={"removed": [chosen[0]["item"]]})
        assert {entry["item"] for entry in less["items"]} == items | {chosen[0]["item"]}
        newcomer = listing.list_items(Control(), run=folder, user=None, k=40, changes={"added": chosen[:2]})
        assert {entry["item"] for entry in newcomer["items"]} & refused(run, user), "of nobody, nothing was seen"


def test_reasons_add_up_with_weights(runs):
    run = runs["ials"]
    listed = listing.recommend(str(run.folder), "u4", Control(), k=1)
    found = reasons.explain(str(run.folder), "u4", listed["items"][0]["item"], Control())
    told = sum(reason["contribution"] for reason in found["reasons"])
    assert found["base"] + told == pytest.approx(found["score"], abs=1e-4)
    assert found["rank"] == 1
    assert not {reason["item"] for reason in found["reasons"]} & refused(run, "u4")


def test_a_blend_gives_each_run_what_it_reads(runs):
    blend = runs["blend"].trained_algorithm()
    users = np.arange(5, dtype=np.int32)
    histories = runs["blend"].fold.shown_at_test.by_user.rows(users)
    assert histories.weight.min() < 0, "everything is passed on"
    for member, name in zip(blend._members, ("ials", "ease"), strict=True):
        own = runs[name].fold.shown_at_test.by_user.rows(users)
        alone = member.score(users, own)
        seen = {}
        original = member.score
        member.__dict__["score"] = lambda who, rows, keep=seen, call=original: keep.update(rows=rows) or call(who, rows)
        blend.score(users, histories)
        if seen:
            assert member.score(users, seen["rows"]) == pytest.approx(alone)
            assert (seen["rows"].weight is None) == (name == "ease")
        del member.__dict__["score"]
    protocol = evaluate_run(runs["blend"], ["ndcg"])["protocol"]
    assert protocol["masked"].endswith("did not choose")
