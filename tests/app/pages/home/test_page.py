"""The start page."""

from tests.app.fake_runs import done_run
from workbench.app.pages.home.page import Home, RecentRow
from workbench.app.widgets.basic import Elided
from workbench.project import FILE, Recent, recent


def test_the_open_project_is_listed_with_what_it_holds_now(session, project, keep, light):
    """It said "1 run" beside a sidebar with five: the list kept what had been read when the project was opened."""
    done_run(project, "a", "random")
    page = keep(Home(session))
    assert session.open_project(project.folder)
    page.shown()
    [row] = page.findChildren(RecentRow)
    assert row.about.text().startswith("16 interactions · 1 run · ")
    run_id = session.runs.all()[0].id
    session.runs.delete(run_id)
    assert row.about.text().startswith("16 interactions · ")
    assert "run" not in row.about.text()
    session.runs.restore(run_id)
    assert "1 run" in row.about.text()


def test_what_is_remembered_counts_runs_that_are_not_read_yet(session, project, monkeypatch):
    for name in "abc":
        done_run(project, name, "random")
    monkeypatch.setattr(session.runs._reading, "_seconds", 0.0)
    session.open_project(project.folder)
    assert len(session.runs.all()) < 3
    assert recent()[0].facts == "16 interactions · 3 runs"


def test_a_narrow_list_of_projects_cuts_nothing(keep, light, tmp_path):
    (tmp_path / FILE).touch()
    row = keep(RecentRow(Recent(tmp_path, "films", "2020-01-01T00:00:00+00:00", "100,004,000 interactions · 500 runs")))
    row.setFixedWidth(300)
    row.show()
    assert row.about.text().startswith("100,004,000 interactions · 500 runs · ")
    assert row.about.height() >= row.about.heightForWidth(row.about.width()) > 1.5 * row.about.fontMetrics().height()


def test_projects_of_one_name_show_their_folders(session, keep, light, tmp_path):
    for place in ("here", "there"):
        session.new_project(tmp_path / place / "films", "films")
    session.new_project(tmp_path / "books", "books")
    session.close_project()
    page = keep(Home(session))
    page.shown()
    said = {
        row.open.toolTip(): [one.full_text() for one in row.findChildren(Elided)]
        for row in page.findChildren(RecentRow)
    }
    places = {folder: words[1:] for folder, words in said.items()}
    assert [str(tmp_path / place) in places[str(tmp_path / place / "films")][0] for place in ("here", "there")] == [
        True
    ] * 2
    assert places[str(tmp_path / "books")] == []
