"""Runs are named, tagged, noted and removed in the table, and all that is taken back."""

import pytest
from PySide6.QtCore import Qt

from tests.app.compared import choose_rows, column, titles
from tests.app.fake_runs import done_run, live_run
from workbench.app.pages.compare.edit_dialog import tags_of
from workbench.app.session.run_changes import remove_run
from workbench.training.run_notes import RunNotes

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(show_compare, project):
    for name in ("a-popularity", "b-random", "c-ease"):
        done_run(project, name, name[2:])
    return show_compare()


def editor(page):
    assert page.deeds.editor.isVisible()
    return page.deeds.editor


def test_f2_names_a_run_and_ctrl_z_takes_it_back(page, session, qtbot):
    choose_rows(page, session, "b-random")
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    found = editor(page)
    qtbot.waitUntil(found.name.hasFocus)
    assert found.name.placeholderText() == "Random"
    qtbot.keyClicks(found.name, "  Mine,  at last ")
    qtbot.keyClick(found.name, Qt.Key.Key_Return)
    assert session.runs.get("b-random").title == "Mine, at last"
    qtbot.waitUntil(lambda: titles(page)[1] == "Mine, at last")
    assert page.bar.isVisible()
    assert "Mine, at last" in page.bar.words.full_text()
    assert page.focusWidget() is page.table
    page.activateWindow()
    qtbot.waitUntil(page.table.hasFocus)
    session.history.undo()
    assert session.runs.get("b-random").title == "Random"
    assert not page.bar.isVisible()
    assert not page.deeds.undo.isEnabled()


def test_a_double_click_opens_the_same_and_escape_changes_nothing(page, session, qtbot):
    place = page.table.visualRect(page.table.runs().index(2, 0)).center()
    qtbot.mouseClick(page.table.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(page.table.viewport(), LEFT, pos=place)
    found = editor(page)
    qtbot.keyClicks(found.name, "x")
    qtbot.keyClick(found, Qt.Key.Key_Escape)
    assert session.runs.get("c-ease").notes == RunNotes()
    assert not page.deeds.undo.isEnabled()


def test_tags_and_a_note_are_written_by_keyboard_and_seen(page, session, qtbot):
    page.tools.columns_chosen.emit(["tags", "note"])
    choose_rows(page, session, "a-popularity")
    qtbot.keyClick(page.table, Qt.Key.Key_F2, SHIFT)
    found = editor(page)
    qtbot.waitUntil(found.tags.hasFocus)
    qtbot.keyClicks(found.tags, "base, old ,base,")
    qtbot.keyClick(found.tags, Qt.Key.Key_Tab)
    assert found.note.hasFocus()
    qtbot.keyClicks(found.note, "why")
    qtbot.keyClick(found.note, Qt.Key.Key_Return)
    qtbot.keyClicks(found.note, "not")
    qtbot.keyClick(found.note, Qt.Key.Key_Return, CONTROL)
    notes = session.runs.get("a-popularity").notes
    assert notes == RunNotes("", ("base", "old"), "why\nnot")
    qtbot.waitUntil(lambda: column(page, "tags")[0] == "base, old")
    assert column(page, "note")[0] == "why not"
    assert "why\nnot" in column(page, "note", Qt.ItemDataRole.ToolTipRole)[0]


def test_several_runs_get_tags_together_and_keep_their_own(page, session, qtbot):
    session.runs.describe("a-popularity", tags=["own", "both"], note="stays")
    session.runs.describe("b-random", tags=["both"])
    choose_rows(page, session, "a-popularity", "b-random")
    assert not page.deeds.rename.isEnabled()
    qtbot.keyClick(page.table, Qt.Key.Key_F2, SHIFT)
    found = editor(page)
    assert found.tags.text() == "both"
    assert not found.name.isVisible()
    found.tags.setText("new")
    qtbot.keyClick(found.tags, Qt.Key.Key_Return)
    assert session.runs.get("a-popularity").notes == RunNotes("", ("own", "new"), "stays")
    assert session.runs.get("b-random").notes.tags == ("new",)
    page.deeds.go_back()
    assert session.runs.get("a-popularity").notes.tags == ("own", "both")
    assert session.runs.get("b-random").notes.tags == ("both",)


def test_delete_removes_runs_and_the_button_brings_them_back(page, session, qtbot):
    choose_rows(page, session, "a-popularity", "c-ease")
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert [info.id for info in session.runs.all()] == ["b-random"]
    qtbot.waitUntil(lambda: titles(page) == ["Random"])
    assert "2 runs removed" in page.bar.words.full_text()
    height = page.table.height()
    qtbot.mouseClick(page.bar.button, LEFT)
    assert [info.id for info in session.runs.all()] == ["a-popularity", "b-random", "c-ease"]
    qtbot.waitUntil(lambda: len(titles(page)) == 3)
    assert session.selection.runs == ["a-popularity", "c-ease"]
    assert not page.bar.isVisible()
    assert page.table.height() == height  # nothing jumps


def test_undo_goes_back_step_by_step(page, session, qtbot):
    remove_run(session, "b-random")  # as the list of runs at the left does
    choose_rows(page, session, "a-popularity")
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    choose_rows(page, session, "c-ease")
    page.deeds.edit("title")
    editor(page).name.setText("X")
    editor(page).accept()
    history = session.history
    said = [history.stack.text(at) for at in range(history.stack.count())]
    assert said == ["Random removed", "Popularity removed", "Notes of X saved"]
    for there in (["c-ease"], ["a-popularity", "c-ease"], ["a-popularity", "b-random", "c-ease"]):
        page.deeds.go_back()
        assert [info.id for info in session.runs.all()] == there
        assert page.table.hasFocus()
    assert session.runs.get("c-ease").title == "EASE"
    history.stack.setIndex(3)
    assert [(info.id, info.title) for info in session.runs.all()] == [("c-ease", "X")]


def test_the_bar_goes_by_itself_but_not_under_the_keyboard(page, session, qtbot):
    page.bar._timer.setInterval(30)
    choose_rows(page, session, "a-popularity")
    page.deeds.delete()
    page.bar.button.setFocus()
    with qtbot.waitSignal(page.bar._timer.timeout):
        pass
    assert page.bar.isVisible()
    page.table.setFocus()
    qtbot.waitUntil(lambda: not page.bar.isVisible())
    assert page.deeds.undo.isEnabled()


def test_what_trains_is_not_removed(show_compare, project, session, qtbot):
    live_run(project, "a-bpr")
    done_run(project, "b-random", "random")
    page = show_compare()
    choose_rows(page, session, "a-bpr")
    assert not page.deeds.remove.isEnabled()
    choose_rows(page, session, "a-bpr", "b-random")
    page.deeds.delete()
    assert [info.id for info in session.runs.all()] == ["a-bpr"]
    assert "running ones were kept" in page.bar.words.full_text()


def test_a_blend_that_needs_the_run_is_told(show_compare, project, session):
    done_run(project, "a-popularity")
    done_run(project, "b-random", "random")
    done_run(project, "c-blend", "blend", {"runs": "a-popularity,b-random"})
    page = show_compare()
    choose_rows(page, session, "b-random")
    page.deeds.delete()
    assert "Blend cannot be used without" in page.bar.words.full_text()


def test_the_menu_of_the_table_offers_all_of_it(page, session):
    choose_rows(page, session, "a-popularity")
    offered = [one.text() for one in page.table.actions() if not one.isSeparator()]
    assert offered == ["Rename…", "Tags…", "Note…", "Remove", "Undo", "Copy"]
    assert [one.isEnabled() for one in page.table.actions()[:5]] == [True, True, True, True, False]
    session.selection.select_runs([])
    assert not any(one.isEnabled() for one in page.table.actions()[:5])


def test_what_cannot_be_written_is_told_and_not_offered_to_be_undone(page, session, qtbot):
    choose_rows(page, session, "a-popularity")
    folder = session.runs.get("a-popularity").folder
    (folder / "facts.json").mkdir()
    page.deeds.edit("title")
    editor(page).name.setText("X")
    with qtbot.waitSignal(session.failure):
        editor(page).accept()
    assert session.runs.get("a-popularity").title == "Popularity"
    assert not page.bar.isVisible()


@pytest.mark.parametrize(
    ("text", "tags"), [("", []), (" , ,", []), ("a,b c , a", ["a", "b c", "a"]), ("漢,ש", ["漢", "ש"])]
)
def test_tags_stand_between_commas(text, tags):
    assert tags_of(text) == tags
