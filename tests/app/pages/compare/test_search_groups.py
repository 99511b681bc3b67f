"""The trials of a search are one line of Compare and of the sidebar, and their test is not opened by the way."""

import pytest

from tests.app.fake_runs import done_run
from tests.app.runs.test_search_store import as_trial, begin
from workbench.app.shell.sidebar import Sidebar, run_state, search_state


@pytest.fixture
def searched(opened, project, qtbot):
    """A session with a search of two algorithms, four trials of it, and one other run."""
    info = begin(opened, qtbot, algorithms=("popularity", "ease"))
    qtbot.waitUntil(lambda: not opened.searches.all_active())
    opened.close_project()
    done_run(project, "other", "ease")
    for number, name in enumerate(("popularity", "ease", "ease", "ease")):
        as_trial(done_run(project, f"trial-{number}", name, validation=number / 10), info.id, number)
    opened.open_project(project.folder)
    qtbot.waitUntil(lambda: len(opened.runs.all()) == 5 and bool(opened.searches.all()))
    return opened


def titles(page):
    model = page.table.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_trials_are_folded_under_their_search(searched, show_compare):
    page = show_compare()
    assert titles(page) == ["EASE", "Search of 2 algorithms"]
    folded = next(group for _, group in page.table.model().headings() if group.folded)
    assert (folded.detail, folded.closed) == ("4 trials", True)
    page._turn(folded)
    assert titles(page)[2:] == ["Popularity, trial 1", "EASE, trial 2", "EASE, trial 3", "EASE, trial 4"]
    page._group_by("algorithm")
    groups = [group for _, group in page.table.model().headings() if group.folded]
    assert sorted((group.level, len(group.runs)) for group in groups) == [(1, 1), (2, 3)]
    page._group_by("tag")
    assert len(titles(page)) == 5 + 1  # as if there were no search


def test_the_test_is_not_opened_for_trials_that_nobody_selected(searched, show_compare):
    page = show_compare()
    searched.selection.select_runs([])
    assert [info.id for info in page.testing.waiting()] == ["other"]
    assert [info.id for info in page.drawn()] == ["other"]
    searched.selection.select_runs(["trial-1", "other"])
    assert {info.id for info in page.testing.waiting()} == {"trial-1", "other"}


def test_the_sidebar_has_one_line_for_a_search(searched, keep, qtbot, light):
    bar = keep(Sidebar(searched, []))
    bar.refresh()
    info = searched.searches.all()[0]
    assert list(bar._runs) == ["other"]
    assert [entry.text() for entry in bar._searches.values()] == ["Search of 2 algorithms"]
    assert search_state(info) == ".300 val"
    assert run_state(searched.runs.get("trial-2")) == ".200 val"
    asked = []
    searched.page_requested.connect(asked.append)
    bar._searches[info.id].click()
    assert (asked, searched.selection.search) == (["train"], info.id)
    assert bar._searches[info.id].isChecked()
    searched.selection.select_runs(["other"])
    assert not bar._searches[info.id].isChecked()
