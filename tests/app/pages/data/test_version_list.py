"""The versions of the data on the page Data."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.app.conftest import small_data
from tests.app.fake_runs import done_run
from workbench.app.pages.data.page import DataPage


@pytest.fixture
def page(session, project, keep, light):
    """The page on a project with two versions, of which the first has a run."""
    done_run(project, "old")
    source = {"source": {"all": {"path": "new.csv", "size": 1}}, "summary": {"users": 3, "items": 5}}
    small_data().take(np.arange(12)).save(project.folder / "data" / "new", source)
    session.open_project(project.folder)
    session._imported(session.project.current, "new", {})
    made = keep(DataPage(session))
    made.resize(1000, 600)
    made.show()
    made.glance.choose("versions")
    return made


def rows(page):
    return {folder: row.row for folder, row in page.glance.versions.made.items()}


def test_each_version_is_listed_with_its_counts_and_its_runs(page):
    assert list(rows(page)) == ["new", "small"], "the newest first"
    new, small = rows(page).values()
    assert new.facts.startswith("12 interactions · 3 users · 5 items · ")
    assert (new.current, new.runs, small.current, small.runs) == (True, "No runs", False, "1 run: Popularity")
    assert page.glance.versions.hint.full_text().endswith("kB on disk in all")
    made = page.glance.versions.made
    assert made["new"].use.isHidden()
    assert not made["new"].remove.isEnabled()
    assert made["small"].remove.toolTip() == "1 run needs it. Remove that first."


def test_one_goes_back_to_a_version_and_calls_it_something_else(page, qtbot):
    page.glance.versions.made["small"].use.click()
    qtbot.waitUntil(lambda: rows(page)["small"].current)
    assert page.glance.figures.all[0].number.full_text() == "16"
    for key, name in ((Qt.Key.Key_Escape, "small.csv, "), (Qt.Key.Key_Return, "the first")):
        row = page.glance.versions.made["small"]
        qtbot.waitUntil(row.rename.isVisible)
        row.rename.click()
        assert row.field.isVisible()
        row.field.setText("the first")
        qtbot.keyClick(row.field, key)
        assert not row.field.isVisible()
        qtbot.waitUntil(lambda name=name: rows(page)["small"].name.startswith(name))
        assert page.heading == rows(page)["small"].name


def test_what_nobody_needs_is_removed_and_brought_back(page, session, qtbot):
    session.use_version("small")
    qtbot.waitUntil(lambda: rows(page)["small"].current)
    versions = page.glance.versions
    versions.made["new"].remove.click()
    qtbot.waitUntil(lambda: list(rows(page)) == ["small"])
    assert versions.removed.isVisible()
    versions.back.click()
    qtbot.waitUntil(lambda: set(rows(page)) == {"small", "new"})
    assert not versions.back.isVisible()
