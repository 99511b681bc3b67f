"""The sheet of the page Data, with the real worker: how a file is read, and what is corrected."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.app.real_window import RATINGS

# The offscreen platform says so whenever a list is opened.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support grabbing the keyboard")


def choose(real, box, value):
    """Choose from a list by keys, as a person without a mouse does."""
    box.setFocus()
    real.qtbot.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    real.until(box.view().isVisible)
    real.qtbot.keyClick(box.view(), Qt.Key.Key_Home)
    while box.itemData(box.view().currentIndex().row()) != value:
        before = box.view().currentIndex().row()
        real.qtbot.keyClick(box.view(), Qt.Key.Key_Down)
        assert box.view().currentIndex().row() > before, f"{value} is not in the list"
    real.qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    assert box.currentData() == value


def unfold(real):
    """Show how the file is read, with all that can be corrected."""
    if not real.data.sheet.how.fold.isChecked():
        real.click(real.data.sheet.how.fold)
    return real.data.sheet.how.choices


def note(real, text):
    """The button of a note."""
    shown = [one for one in real.data.sheet.notes.buttons if one.isVisible()]
    return next(one for one in shown if text in one.text())


# Correcting the guess ------------------------------------------------------------------------------------------------


def test_a_missing_role_is_told_and_holds_the_button(real, write):
    real.offer(write("ratings.csv", RATINGS))
    choose(real, real.head(1).box, "")
    assert not real.primary().isEnabled()
    assert real.data.sheet.remark.text() == "Choose which column is the item."
    choose(real, real.head(1).box, "item")
    assert real.primary().isEnabled()
    assert real.data.sheet.remark.text() == ""


def test_a_role_moves_and_user_and_item_change_places(real, write):
    real.offer(write("ratings.csv", RATINGS))
    choose(real, real.head(0).box, "item")
    assert [real.head(at).box.currentData() for at in range(4)] == ["item", "user", "rating", "time"]
    choose(real, real.head(2).box, "time")
    assert [real.head(at).box.currentData() for at in range(4)] == ["item", "user", "time", ""]
    choose(real, real.head(3).box, "time")
    real.click(real.primary())
    real.until(lambda: real.session.data is not None)
    assert real.session.data.user_ids.to_pylist() == [f"i{i}" for i in range(7)]
    assert real.session.about["recipe"]["columns"]["user"] == "item"


def test_another_layout_is_tried_and_taken_back(real, write):
    real.offer(write("ratings.csv", RATINGS.replace(",", ";")))
    sheet = real.data.sheet
    unfold(real)
    assert sheet.delimiter.value() == ";"
    choose(real, sheet.delimiter.box, "\t")
    real.until(lambda: real.data._looking is None and sheet.trouble.isVisible())
    assert "one column only" in sheet.trouble.text()
    assert not real.primary().isEnabled()
    choose(real, sheet.delimiter.box, ";")
    real.until(lambda: real.data._looking is None and sheet.table.isVisible() and sheet.columns.rows)
    assert len(sheet.columns.names) == 4
    assert real.primary().isEnabled()


def test_a_first_row_that_is_data_after_all_is_read_as_such(real, write):
    real.offer(write("ratings.csv", RATINGS))
    unfold(real)
    choose(real, real.data.sheet.header.box, False)
    real.until(lambda: real.data._looking is None and len(real.data.sheet.columns.rows) == 36)
    assert real.data.sheet.format["header"] is False


def test_dates_in_doubt_wait_for_the_person(real, write):
    text = "user,item,date\n" + "".join(f"u{i},i{i},0{i}/0{i + 1}/2020\n" for i in range(1, 6))
    real.offer(write("ratings.csv", text))
    assert not real.primary().isEnabled()
    assert "may begin with the day or with the month" in real.data.sheet.remark.text()
    titles = [one.text() for one in real.data.sheet.notes.buttons if one.isVisible()]
    assert titles == ["1 Feb 2020 (day first)", "2 Jan 2020 (month first)"]
    real.click(note(real, "day first"))
    assert real.primary().isEnabled()
    assert real.data.sheet.remark.text() == ""
    assert real.cells(real.data.sheet.table)[0][2] == "1 Feb 2020, 00:00"
    real.click(real.primary())
    real.until(lambda: real.session.data is not None)
    assert real.session.about["summary"]["time"]["min"] == "2020-02-01T00:00:00Z"


def test_dates_of_three_columns_and_ratings_in_words_are_shown_as_they_are_read(real, write):
    text = "user,item,rating,year,month,day\n" + "".join(
        f"{i % 5},{i % 7},{i % 5 + 1}/5,2020,2,{i % 28 + 1}\n" for i in range(35)
    )
    real.offer(write("parts.csv", text))
    rows = real.data.sheet.table.rows
    assert real.cells(real.data.sheet.table)[1][3] == "2 Feb 2020, 00:00"
    assert not any(rows._unread(row, column) for row in range(35) for column in (2, 3))
    real.click(real.primary())
    real.until(lambda: real.session.data is not None)
    assert real.session.about["summary"]["time"]["max"] == "2020-02-28T00:00:00Z"


def test_a_list_of_items_alone_is_not_read_without_asking(real, sample):
    real.offer(sample / "movies.csv")
    assert not real.primary().isEnabled()
    assert "list of items" in real.data.sheet.remark.text()


def test_a_doubt_stands_beside_the_rows_and_its_button_settles_it(real, write):
    text = "session_id;user_id;item_id\n" + "".join(f"s{i % 9};{'NA' if i % 5 else 'u'};i{i % 7}\n" for i in range(60))
    real.offer(write("visits.csv", text))
    sheet = real.data.sheet
    real.until(sheet.doubts.isVisible)
    (card,) = sheet.doubts.cards
    assert "48 of 60 rows (80%) have no 'user_id'" in card.sentence.text()
    assert [button.text() for button in card.buttons] == ["Take session_id as the user"]
    real.click(card.buttons[0])
    real.until(lambda: [doubt["name"] for doubt in sheet.doubts.doubts] == ["no-time"])
    assert real.head(0).box.currentData() == "user"
    assert real.primary().isEnabled()


# For everybody -------------------------------------------------------------------------------------------------------


def test_everything_that_takes_the_focus_has_a_name(real, write):
    real.read(write("ratings.csv", RATINGS + "broken\n"))
    real.offer(write("other.csv", RATINGS))
    found = [one for one in real.data.findChildren(QWidget) if one.focusPolicy() != Qt.FocusPolicy.NoFocus]
    # Parts of a list box or a scroll area are spoken for by what they belong to.
    own = [one for one in found if type(one).__module__.startswith("workbench") or one.metaObject().className() in (
        "QPushButton", "QComboBox", "QLineEdit", "QTableView", "QCheckBox")]  # fmt: skip
    assert len(own) > 20
    assert [type(one).__name__ for one in own if not one.accessibleName()] == []


def test_tab_leads_through_the_sheet_and_out_of_the_table(real, write):
    real.offer(write("ratings.csv", RATINGS))
    sheet = real.data.sheet
    unfold(real)
    sheet.delimiter.box.setFocus()
    met = []
    for _ in range(40):
        real.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        met.append(QApplication.focusWidget())
    assert all(one.box in met for one in sheet.table.head.heads)
    assert sheet.table in met
    assert real.primary() in met


def test_of_several_files_it_is_shown_what_each_was_taken_for_and_how_many_rows_met(real, write):
    lines = [
        "".join(f"{o},i{(o * 3 + at) % 8},{at}\n" for o in range(part, 32, 2) for at in range(3)) for part in (1, 2)
    ]
    parts = [write(f"lines_{n}.csv", "order_id,item_id,position\n" + text) for n, text in enumerate(lines, 1)]
    orders = write("orders.csv", "order_id,user_id\n" + "".join(f"{o},u{o % 6}\n" for o in range(31)))
    things = write("things.csv", "item_id,title\n" + "".join(f"i{i},Thing {i}\n" for i in range(9)))
    real.offer(orders, *parts, things)
    taken = real.data.sheet.taken
    real.until(lambda: "found theirs" in taken._met.text())
    told = [label.text() for label in taken.findChildren(QLabel) if label.isVisible()]
    assert set(told) == {
        "lines_1.csv", "→ interactions, part 1", "lines_2.csv", "→ interactions, part 2", "orders.csv",
        "→ says who each of them is by", "45 of the first 48 rows found theirs, by order_id; not 31",
    }  # fmt: skip
    assert real.data.sheet.further.slots["items"].name.text() == "things.csv"
    assert real.cells(real.data.sheet.table)[0] == ["1", "i3", "0", "u1"]
    assert real.data.sheet.remark.text() == ""
    real.click(real.primary())
    real.until(lambda: real.session.data is not None)
    assert (len(real.session.data), real.session.data.n_users) == (45 + 45 - real.session.about["report"]["merged"], 6)
    assert real.session.about["recipe"]["join"]["columns"] == {"user": "user_id"}
    assert real.session.items.titles([0])[0].startswith("Thing")


def test_the_key_of_several_files_is_chosen_and_a_part_taken_out(real, write):
    # Each box holds one order: both could join the files, and the boxes are numbered the other way round.
    text = "order_id,box,item_id\n" + "".join(f"{o},{29 - o},i{(o + at) % 7}\n" for o in range(30) for at in range(3))
    parts = [write(f"lines_{n}.csv", text) for n in (1, 2)]
    orders = write("orders.csv", "order_id,box,user_id\n" + "".join(f"{o},{o},u{o}\n" for o in range(30)))
    real.offer(orders, *parts)
    taken = real.data.sheet.taken
    real.until(lambda: "90 of the first 90 rows found theirs, by order_id" in taken._met.text())
    assert [taken.choice.itemText(at) for at in range(taken.choice.count())] == ["by order_id", "by box"]
    taken.choice.setCurrentIndex(1)
    taken.key_chosen.emit()
    real.until(lambda: "by box" in taken._met.text())
    assert real.cells(real.data.sheet.table)[0] == ["0", "29", "i0", "u29"]
    real.click(taken.removers[parts[1]])
    assert taken.parts == ()
    real.click(real.primary())
    real.until(lambda: real.session.data is not None)
    assert real.session.about["recipe"]["join"]["key"] == "box"
    assert real.session.about["report"]["rows"] == 90


def test_files_that_columns_do_not_tell_apart_stay_as_their_names_say(real, write):
    one = write("ratings.csv", RATINGS)
    other = write("odd.csv", "a,b\n" + "".join(f"{i % 3},{i % 2}\n" for i in range(30)))
    real.offer(one, other)
    assert real.data.sheet.taken.isHidden()
    assert real.data.sheet.remark.text().startswith("Not used: odd.csv")
    assert real.primary().isEnabled()
