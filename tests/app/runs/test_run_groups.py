"""Runs under the data and the protocol that they belong to."""

from types import SimpleNamespace

from workbench.app.runs.run_groups import Now, beside, groups_of, short_split
from workbench.app.widgets.basic import Elided

NOW = {"data_hash": "new", "filters": [], "split": "last-n", "split_settings": {"n": 1}}

TIME = short_split("time", {})


def run(name, **spec):
    return SimpleNamespace(id=name, spec=NOW | spec)


def test_runs_that_are_tested_alike_stand_together_and_those_of_now_first():
    runs = [
        run("a", split="time", split_settings={}),
        run("b", data_hash="old"),
        run("c"),
        run("d", split_settings={}),  # n is 1 where nobody says otherwise
        run("e", filters=[{"name": "core", "settings": {}}], data_hash="old"),
    ]
    runs.insert(0, run("f", data_hash="oldest-of-all"))
    now = Now(NOW, {"old": "first ratings", "new": "more ratings"})
    groups = groups_of(runs, now)
    assert [[one.id for one in group.runs] for group in groups] == [["c", "d"], ["a"], ["f"], ["b"], ["e"]]
    assert [group.current for group in groups] == [True, False, False, False, False]
    assert [group.title for group in groups][1:] == [f"{TIME} · another split", "last 1", "last 1", "last 1 · filtered"]
    assert [group.data for group in groups] == ["", "", "oldest-o", "first ratings", "first ratings"]
    assert not any(group.current for group in groups_of(runs, Now()))
    assert [now.mark(one.spec) for one in runs] == [
        "other data",
        "another split",
        "other data",
        "",
        "",
        "other data · other filters",
    ]
    told = now.mark_in_full(run("g", data_hash="old", split="time", split_settings={}).spec)
    assert told == f"other data: first ratings · another split: {TIME}"
    assert [one.id for one in beside(runs[3], runs)] == ["d"]


def test_the_sidebar_says_under_which_split_older_runs_stand(window, session, qtbot):
    run_id = session.queue_run("popularity", {}, seed=0)
    qtbot.waitUntil(lambda: session.runs.get(run_id).usable)

    def headings():
        return [
            one.full_text() for one in window.sidebar.findChildren(Elided) if one.toolTip().startswith("Runs on other")
        ]

    assert headings() == []
    assert "on the validation part" in window.sidebar._runs[run_id].toolTip()
    session.project.set_split("time", {})
    qtbot.waitUntil(lambda: headings() == ["last 1 · another split"])
    session.project.set_split("last-n", {})
    qtbot.waitUntil(lambda: headings() == [])
