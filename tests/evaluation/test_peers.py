"""Small stored lists, judged by other tools and by us. How each file was made is said by the script beside it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.data.splitting import TEST, TRAIN, Fold
from workbench.evaluation.evaluate import evaluate_lists
from workbench.evaluation.lists import compare_lists
from workbench.evaluation.means import measure
from workbench.metrics import all_metrics
from workbench.metrics.peers import PEERS

HERE = Path(__file__).parent / "peers"
LISTS = json.loads((HERE / "lists.json").read_text())
METRICS = all_metrics()
N, USERS = LISTS["n_items"], len(LISTS["lists"])


def fold():
    rows = [(u, i, 5, 1, 0) for u, one in enumerate(LISTS["train"]) for i in one]
    rows += [(u, int(i), r, 2, 2) for u, one in enumerate(LISTS["truth"]) for i, r in one.items()]
    data = build([row[:4] for row in rows])
    assert (data.n_users, data.n_items) == (USERS, N)
    return Fold(data, np.where(data.time == 1, TRAIN, TEST).astype(np.int8))


FOLD = fold()
ITEMS = np.array(LISTS["lists"], np.int32)


def told(name):
    return json.loads((HERE / f"{name}.json").read_text())


def ours(tool=None, relevant_from=None, **variants):
    chosen = {**(PEERS[tool].variants if tool else {}), **variants}
    return evaluate_lists(
        ITEMS, FOLD.test, N, cutoffs=[1, 5, 10], train=FOLD.train, variants=chosen, relevant_from=relevant_from
    ).metrics


NAMES = {"itemcoverage": "coverage", "averagepopularity": "arp", "shannonentropy": "entropy", "giniindex": "gini",
         "tailpercentage": "aplt"}  # fmt: skip


def test_as_recbole():
    found, theirs = ours("recbole"), told("recbole")
    assert len(theirs) == 33
    for key, value in theirs.items():
        name, _, k = key.partition("@")
        assert found[f"{NAMES.get(name, name)}@{k}"]["mean"] == pytest.approx(value, abs=1e-9), key


@pytest.mark.parametrize(("tool", "digits"), [("elliot", 1e-12), ("warprec", 1e-6)])  # WarpRec calculates in four bytes
def test_as_elliot_and_warprec(tool, digits):
    found, theirs = ours(tool, relevant_from=2), told(tool)
    assert len(theirs) >= 27
    for key, value in theirs.items():
        assert found[key]["mean"] == pytest.approx(value, abs=digits), key


def test_the_defaults_are_not_those_of_the_tools_where_they_differ():
    for tool in ("recbole", "elliot", "warprec"):
        found = ours(relevant_from=2)
        switched = ours(tool, relevant_from=2)
        for name in PEERS[tool].variants:
            assert found[f"{name}@5"]["mean"] != pytest.approx(switched[f"{name}@5"]["mean"]), (tool, name)


def test_rectools():
    found, theirs = ours(), told("rectools")
    by_k, by_r = ours(map="k"), ours(map="R")
    for key, value in theirs.items():
        name, _, k = key.partition("@")
        if name == "map":  # divides by all relevant items
            assert by_r[key]["mean"] == pytest.approx(value), key
        elif name == "map_divided_by_k":
            assert by_k[f"map@{k}"]["mean"] == pytest.approx(value), key
        elif name == "f1":  # the mean of users, each 0 where nothing hits
            assert found[key]["mean"] == pytest.approx(value), key
        else:
            assert found[key]["mean"] == pytest.approx(value), key


def test_lenskit_user_by_user():
    judged = compare_lists(ITEMS, FOLD.test, N, train=FOLD.train)
    switched = replace(judged, variants={"recall": "truncated", "ndcg": "linear"})
    values = measure(judged, _named("precision", "recall", "hit", "mrr", "ndcg", "rbp"), [1, 5, 10])[1]
    other = measure(switched, _named("recall", "ndcg"), [1, 5, 10])[1]
    for key, theirs in told("lenskit").items():
        name, _, k = key.partition("@")
        mine = {"recall": other, "ndcg_linear": other}.get(name, values)
        np.testing.assert_allclose(mine[f"{name.removesuffix('_linear')}@{k}"], theirs, atol=1e-6, err_msg=key)


def _named(*names):
    return [METRICS[name] for name in names]


def test_surprise():
    theirs = told("surprise")
    predicted, truth = (np.array(theirs[name]) for name in ("predicted", "truth"))
    assert np.sqrt(METRICS["rmse"].function(predicted, truth).mean()) == pytest.approx(theirs["rmse"])
    assert METRICS["mae"].function(predicted, truth).mean() == pytest.approx(theirs["mae"])


def test_a_tool_names_only_formulas_that_there_are():
    for peer in PEERS.values():
        for name, variant in peer.variants.items():
            assert variant in METRICS[name].formulas
            assert variant != next(iter(METRICS[name].formulas))
