"""What a person says of a run stays with it, and a removed run comes back until the project is closed."""

import pytest

from tests.app.fake_runs import done_run, make_run
from workbench.training.run_notes import MAX_TAGS, RunNotes


def test_words_are_kept_beside_the_run_and_read_again(project, session, qtbot):
    run = done_run(project, "a-popularity")
    session.open_project(project.folder)
    with qtbot.waitSignal(session.runs.run_changed) as heard:
        session.runs.describe("a-popularity", title="  My\nfirst ", tags=["good", "good", ""], note="why\nnot")
    assert heard.args == ["a-popularity"]
    assert session.runs.get("a-popularity").title == "My first"
    assert RunNotes.read(run.folder) == RunNotes("My first", ("good",), "why\nnot")
    session.close_project()
    session.open_project(project.folder)
    assert session.runs.get("a-popularity").title == "My first"
    session.runs.describe("a-popularity", title="")
    assert session.runs.get("a-popularity").title == "Popularity"
    assert session.runs.get("a-popularity").notes.tags == ("good",)


@pytest.mark.parametrize("text", ["{", "[]", '{"title": 3, "tags": "x", "note": null}'])
def test_damaged_words_do_not_damage_the_run_and_are_told(project, session, text, qtbot):
    run = done_run(project, "a-popularity")
    (run.folder / "facts.json").write_text(text)
    with qtbot.waitSignal(session.failure) as card:
        session.open_project(project.folder)
    assert card.args[0] == "What was noted about Popularity could not be read"
    assert "facts.json is damaged" in card.args[1]
    assert session.runs.get("a-popularity").state == "done"
    assert session.runs.get("a-popularity").notes.tags == ()


def test_epochs_that_follow_from_the_data_are_not_guessed_before_the_training(project, session):
    make_run(project, "a-gmf", "gmf", {})
    done_run(project, "b-gmf", "gmf", {"epochs": 7})
    session.open_project(project.folder)
    waiting, done = session.runs.get("a-gmf"), session.runs.get("b-gmf")
    assert waiting.spec["from_data"]["epochs"] == ""
    assert (waiting.epochs, done.epochs) == (0, 7)


def test_words_have_an_end():
    notes = RunNotes().but(title="漢" * 10_000, tags=[str(n) for n in range(100)], note="x" * 100_000)
    assert (len(notes.title), len(notes.tags), len(notes.note)) == (200, MAX_TAGS, 20_000)


def test_a_removed_run_comes_back_at_its_place(project, session):
    for name in ("a-popularity", "b-random", "c-ease"):
        done_run(project, name, name[2:])
    session.open_project(project.folder)
    folder = session.runs.get("b-random").folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    session.runs.delete("b-random")
    assert [info.id for info in session.runs.all()] == ["a-popularity", "c-ease"]
    assert not folder.exists()
    assert [info.id for info in session.runs.removed()] == ["b-random"]
    session.runs.restore("b-random")
    assert [info.id for info in session.runs.all()] == ["a-popularity", "b-random", "c-ease"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert session.runs.removed() == []


def test_what_was_removed_is_gone_when_the_project_is_closed(project, session):
    done_run(project, "a-popularity")
    session.open_project(project.folder)
    session.runs.delete("a-popularity")
    assert len(list(project.runs_folder.iterdir())) == 1
    session.close_project()
    assert list(project.runs_folder.iterdir()) == []


def test_the_list_at_the_left_calls_a_run_by_its_new_name(project, session, keep, light):
    from workbench.app.shell.sidebar import Sidebar

    done_run(project, "a-popularity")
    session.open_project(project.folder)
    sidebar = keep(Sidebar(session, []))
    session.runs.describe("a-popularity", title="Mine")
    entry = sidebar._runs["a-popularity"]
    assert entry.text() == "Mine"
    assert entry.accessibleName().startswith("Mine")
