"""Runs under the data and the protocol that they belong to."""

from types import SimpleNamespace

from workbench.app.runs.run_groups import groups_of
from workbench.app.widgets.basic import Elided

NOW = {"data_hash": "new", "filters": [], "split": "last-n", "split_settings": {"n": 1}}


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
    groups = groups_of(runs, NOW)
    assert [[one.id for one in group.runs] for group in groups] == [["c", "d"], ["a"], ["b"], ["e"]]
    assert [group.current for group in groups] == [True, False, False, False]
    assert [group.title for group in groups][2:] == ["last 1 · other data", "last 1 · filtered · other data"]
    assert not any(group.current for group in groups_of(runs, None))


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
    qtbot.waitUntil(lambda: headings() == ["last 1"])
    session.project.set_split("last-n", {})
    qtbot.waitUntil(lambda: headings() == [])
