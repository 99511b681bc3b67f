"""What is told of one user under one run, and of histories that never were."""

from pathlib import Path

import numpy as np
import pytest

from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.errors import WorkbenchError
from workbench.files import read_json, write_json
from workbench.insight import listing, looking, reasons
from workbench.training.run import Run
from workbench.training.train import train_run

GO = Control()


@pytest.fixture(scope="module")
def run(tmp_path_factory, sample):
    place = tmp_path_factory.mktemp("looking")
    lines = (sample / "ratings.csv").read_text(encoding="utf-8").splitlines()
    (place / "ratings.csv").write_text("\n".join(lines[:6000]), encoding="utf-8")
    import_file(place / "ratings.csv", place / "data" / "d", items=sample / "movies.csv")
    made = Run.create(place / "runs" / "r", place / "data" / "d", "ials", {"factors": 8, "epochs": 3})
    train_run(made.folder)
    return str(made.folder)


@pytest.fixture(scope="module")
def told(run):
    return listing.recommend(run, "4", GO, k=10)


def test_contributions_add_up_and_ranks_are_those_of_the_list(run, told):
    for one in told["items"][:3]:
        why = reasons.explain(run, "4", one["item"], GO)
        assert why["rank"] == one["rank"]
        assert why["how"] == "sum"
        assert why["base"] + sum(r["contribution"] for r in why["reasons"]) == pytest.approx(why["score"], abs=1e-4)
        assert why["score"] == pytest.approx(one["score"], abs=1e-4)
        assert {r["item"] for r in why["reasons"]} == {r["item"] for r in told["history"]}


def test_the_place_in_the_users_own_list_is_told_where_the_history_gives_another(run, told):
    data = Run.open(Path(run)).folder.parent.parent / "data" / "d"
    made = Run.create(Path(run).parent / "bpr", data, "bpr", {"factors": 8, "epochs": 3})
    train_run(made.folder)
    listed = listing.recommend(str(made.folder), "4", GO, k=10)["items"]
    whys = [reasons.explain(str(made.folder), "4", one["item"], GO) for one in listed]
    assert [why["rank_learned"] for why in whys] == [one["rank"] for one in listed]
    assert any(why["rank"] != why["rank_learned"] for why in whys)
    exact = reasons.explain(run, "4", told["items"][0]["item"], GO)
    assert exact["rank_learned"] == exact["rank"]


def test_without_an_item_the_list_is_what_the_explanation_says(run, told):
    first = told["items"][0]["item"]
    why = reasons.explain(run, "4", first, GO)
    top = why["reasons"][0]
    changes = {"removed": [top["item"]]}
    again = listing.list_items(GO, run=run, user="4", k=200, changes=changes)
    found = next(one for one in again["items"] if one["item"] == first)
    assert found["score"] == pytest.approx(top["score_without"], abs=1e-5)
    assert found["was"] == 1
    assert top["item"] in {one["item"] for one in again["items"]}, "what is not had any more can be listed"
    assert reasons.explain(run, "4", first, GO, changes)["score"] == pytest.approx(found["score"], abs=1e-5)


def test_with_seen_items_each_says_where_it_stood(run, told):
    changes = {"removed": [told["history"][0]["item"]]}
    plain = listing.list_items(GO, run=run, user="4", k=200, include_seen=True)["items"]
    stood = {one["item"]: one["rank"] for one in plain}
    again = listing.list_items(GO, run=run, user="4", k=200, include_seen=True, changes=changes)["items"]
    assert any(one["seen"] for one in again)
    assert {one["item"]: one["was"] for one in again} == {one["item"]: stood[one["item"]] for one in again}


def test_what_is_further_back_than_what_is_shown_is_named(run, told, monkeypatch):
    items = [one["item"] for one in told["history"]]
    assert told["older"] == []
    monkeypatch.setattr(listing, "MAX_HISTORY", 2)
    cut = listing.recommend(run, "4", GO, k=10)
    assert [one["item"] for one in cut["history"]] == items[:2]
    assert sorted(cut["older"]) == sorted(items[2:])


def test_somebody_new_gets_a_list(run, told):
    nobody = listing.list_items(GO, run=run, user=None, k=5)
    assert len(nobody["items"]) == 5
    fan = listing.list_items(GO, run=run, user=None, k=5, changes={"added": [{"item": told["history"][0]["item"]}]})
    assert not any({"was", "hit"} & one.keys() for one in fan["items"]), "nothing is known of somebody new"
    assert [one["item"] for one in fan["items"]] != [one["item"] for one in nobody["items"]]
    for wrong, words in (
        ({"added": [{"item": "no-such-item"}]}, "no-such-item"),
        ({"added": [{"item": told["history"][0]["item"]}] * 2}, "twice"),
        ({"added": [{"item": 3}]}, r"changes\.added\.0\.item"),
    ):
        with pytest.raises(WorkbenchError, match=words):
            listing.list_items(GO, run=run, user=None, changes=wrong)


def test_neighbours_have_titles(run, told):
    found = looking.similar(run, told["items"][0]["item"], GO, k=4)
    assert found["how"] == "vectors"
    assert [one["rank"] for one in found["items"]] == [1, 2, 3, 4]
    assert all(one["title"] for one in found["items"])


def test_another_order_is_more_various_and_keeps_the_rules(run, told):
    def ordered(**order):
        found = listing.list_items(GO, run=run, user="4", k=10, order=order, with_figures=True)
        return found["items"], found["figures"]["before"], found["figures"]["after"]

    same, before, after = ordered()
    assert [one["item"] for one in same] == [one["item"] for one in told["items"]]
    assert before == after
    _, before, after = ordered(diversity=0.8)
    assert after["diversity"] > before["diversity"]
    first, third = told["items"][0]["item"], told["items"][2]["item"]
    ruled, *_ = ordered(exclude=[first], pin=[third], per_genre=2)
    items = [one["item"] for one in ruled]
    assert items[0] == third
    assert first not in items
    genres = [genre for one in ruled for genre in one["genres"] or ()]
    assert max(np.unique(genres, return_counts=True)[1]) <= 2
    few = listing.list_items(GO, run=run, user="4", k=50, order={"per_genre": 1})
    assert few["unmet"][0].startswith(f"The list has {len(few['items'])} items instead of 50")
    assert listing.list_items(GO, run=run, user="4", k=5, order={"per_genre": 2})["unmet"] == []


def test_what_is_pinned_stands_at_the_top_from_wherever_it_comes(run):
    """Also from beyond the candidates for another order; its score is its own, and the others stay in their order."""
    plain = listing.recommend(run, "4", GO, k=60)["items"]
    far = plain[-1]
    found = listing.list_items(GO, run=run, user="4", k=3, order={"pin": [far["item"]]})["items"]
    assert [one["item"] for one in found] == [far["item"], plain[0]["item"], plain[1]["item"]]
    assert found[0]["score"] == pytest.approx(far["score"], abs=1e-6)
    assert [one["was"] for one in found] == [None, 1, 2]


def test_reasons_are_checked_once_and_kept(run):
    found = looking.faithfulness(run, GO, users=20)
    assert found["users"] == 20
    assert found["before"] == 10
    assert found["top"] > found["random"]
    assert found["better"] > 0.6
    assert looking.faithfulness(run, GO, users=20) == found
    path = Path(run) / "faithfulness.json"
    write_json(path, read_json(path) | {"place": 1, "top": 0})  # as it was asked before
    assert looking.faithfulness(run, GO, users=20) == found
