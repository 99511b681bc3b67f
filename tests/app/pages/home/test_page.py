"""The start page."""

from tests.app.fake_runs import done_run
from workbench.app.pages.home.page import Home, RecentRow
from workbench.project import recent


def test_the_open_project_is_listed_with_what_it_holds_now(session, project, keep, light):
    """It said "1 run" beside a sidebar with five: the list kept what had been read when the project was opened."""
    done_run(project, "a", "random")
    page = keep(Home(session))
    assert session.open_project(project.folder)
    page.shown()
    [row] = page.findChildren(RecentRow)
    assert row.about.full_text().startswith("16 interactions · 1 run · ")
    run_id = session.runs.all()[0].id
    session.runs.delete(run_id)
    assert row.about.full_text().startswith("16 interactions · ")
    assert "run" not in row.about.full_text()
    session.runs.restore(run_id)
    assert "1 run" in row.about.full_text()


def test_what_is_remembered_counts_runs_that_are_not_read_yet(session, project, monkeypatch):
    for name in "abc":
        done_run(project, name, "random")
    monkeypatch.setattr(session.runs._reading, "_seconds", 0.0)
    session.open_project(project.folder)
    assert len(session.runs.all()) < 3
    assert recent()[0].facts == "16 interactions · 3 runs"
