"""The table of runs: only what has changed is written and painted anew, and it looks as the style sheet says."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QAbstractTableModel, QEvent, QItemSelectionModel, QObject, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem

from tests.app.compared import choose_rows, column, titles
from tests.app.fake_runs import done_run
from workbench.app.pages.compare import comparable, protocol_card, report_button
from workbench.app.pages.compare.delegates import DETAIL
from workbench.app.pages.compare.model import RUN
from workbench.app.runs.run_text import differences
from workbench.evaluation.comparable import repeat_key

FIGURES = {"ndcg@10": (0.4, 0.3, 0.5), "recall@10": (0.2, 0.1, 0.3)}


@pytest.fixture
def page(show_compare, project):
    """Three seeds of one algorithm and a run of another, by algorithm."""
    for seed in (1, 2, 3):
        done_run(project, f"a{seed}-random", "random", seed=seed, metrics=FIGURES, validation=seed / 10)
    done_run(project, "b-ease", "ease", metrics=FIGURES)
    made = show_compare()
    made._group_by("algorithm")
    made.finish()
    return made


def spent(page, run_id, seconds):
    """Let a run say that it took so long."""
    info = page.session.runs.get(run_id)
    info.status = info.status.but(last=info.status.last.model_copy(update={"seconds": seconds}))


def grown(page, run_id, ndcg):
    """Let a run say that it is so good on the validation part."""
    info = page.session.runs.get(run_id)
    info.status = info.status.but(last=info.status.last.model_copy(update={"validation": {"ndcg@10": ndcg}}))


class Heard(QObject):
    """Rows of which a model said that they have changed, and how often something was painted."""

    def __init__(self, page):
        super().__init__(page)
        self.rows, self.paints = [], 0
        page.table.runs().dataChanged.connect(self.hear)
        page.table.viewport().installEventFilter(self)

    def hear(self, first, last):
        self.rows += range(first.row(), last.row() + 1)

    def eventFilter(self, watched, event):  # noqa: N802 - Qt's way
        self.paints += event.type() == QEvent.Type.Paint
        return False


# A run that reports -----------------------------------------------------------------------------------------------------


def test_a_run_that_reports_has_its_own_row_written_anew_and_what_sums_it_up(page):
    assert titles(page) == ["Random", "Random", "Random 2", "Random 3", "EASE", "EASE"]
    assert column(page, "validation")[0] == "0.200 ± 0.058"
    heard = Heard(page)
    grown(page, "a2-random", 0.5)
    page.session.runs.run_changed.emit("a2-random")
    page._catch_up()
    assert heard.rows == [0, 2]
    assert column(page, "validation")[:4] == ["0.300 ± 0.115", "0.100", "0.500", "0.300"]


def test_of_runs_that_say_nothing_nothing_is_written_anew(page):
    heard, before = Heard(page), column(page, "time")
    page.session.jobs.changed.emit()
    page._catch_up()
    assert heard.rows == []
    spent(page, "b-ease", 7.0)  # who did not say so is not looked at
    page._catch_up()
    assert column(page, "time") == before
    page.session.runs.run_changed.emit("b-ease")
    page._catch_up()
    assert column(page, "time")[5] == "7.0 s"
    assert heard.rows == [5]
    page._catch_up()
    assert heard.rows == [5]  # once


def test_a_run_that_reports_out_of_sight_of_what_is_written_is_right_when_one_scrolls_there(show_compare, project):
    for at in range(60):
        done_run(project, f"a{at:02}-random", "bpr", {"epochs": at + 1}, metrics=FIGURES)
    page = show_compare()
    page.session.runs._reading.finish()  # on a slow machine not all are there at once
    page.table.runs().index(0, 0).data()
    spent(page, "a55-random", 9.0)
    page.session.runs.run_changed.emit("a55-random")
    page._catch_up()
    assert column(page, "time")[55] == "9.0 s"


def test_a_test_that_begins_and_ends_is_seen_in_the_row_of_its_run(page, monkeypatch):
    heard = Heard(page)
    folder = str(page.session.runs.get("a3-random").folder)
    monkeypatch.setattr(page.testing, "_at_work", lambda: {folder})
    page._catch_up()
    assert column(page, "state")[3] == "Testing…"
    monkeypatch.setattr(page.testing, "_at_work", set)
    page._catch_up()
    assert column(page, "state")[3].startswith("Done")
    assert [row for row in heard.rows if row] == [3, 3]


# What is painted --------------------------------------------------------------------------------------------------------


def test_other_rows_are_painted_once(page, qtbot):
    qtbot.waitExposed(page)
    page.resize(1000, 460)
    page.finish()
    for _ in range(3):
        QApplication.processEvents()
    heard = Heard(page)
    page.field.setText("ease")
    page._soon.stop()
    page._catch_up()
    assert titles(page) == ["EASE", "EASE"]
    for _ in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents()
    assert heard.paints == 1


@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("selected", [False, True])
def test_what_lies_under_a_cell_is_what_the_style_sheet_asks_for(page, light, shade, selected):
    light.set_mode(shade, keep=False)
    pictures = []
    for ask in (True, False):
        picture = QImage(120, 40, QImage.Format.Format_RGB32)
        picture.fill(light.tokens.color("surface"))
        option = QStyleOptionViewItem()
        page.table.initViewItemOption(option)
        option.rect = picture.rect().adjusted(10, 4, -10, -4)
        option.state |= QStyle.StateFlag.State_Selected if selected else QStyle.StateFlag.State_None
        painter = QPainter(picture)
        if ask:
            page.table.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, page.table)
        else:
            room = page._plainly._ground(painter, option)
            assert (room.left(), room.right()) == (18, 102)
        painter.end()
        pictures.append(np.frombuffer(picture.constBits(), np.uint32).reshape(40, 120).copy())
    np.testing.assert_array_equal(*pictures)
    assert len(np.unique(pictures[0])) == 2 + selected


def test_a_text_is_cut_where_its_column_is_narrow_and_whole_where_it_is_wide_again(page):
    delegate, picture = page._plainly, QImage(400, 40, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    room = picture.rect().toRectF()
    wide = delegate._write(painter, room, "a long name of a run", "text")
    narrow = delegate._write(painter, room.adjusted(0, 0, -350, 0), "a long name of a run", "text")
    bold = delegate._write(painter, room, "a long name of a run", "text", bold=True)
    again = delegate._write(painter, room, "a long name of a run", "text")
    painter.end()
    assert narrow == 50 < wide == again < bold
    shown = {key[1]: words for key, (words, _) in delegate._cut.items() if key[0].startswith("a long")}
    assert shown[400] == "a long name of a run"
    assert shown[50].endswith("…")


# What is selected -------------------------------------------------------------------------------------------------------


def test_selected_runs_are_told_from_the_top_without_headings(page):
    page.table.selectAll()
    assert [info.id for info in page.table.chosen_runs] == ["a1-random", "a2-random", "a3-random", "b-ease"]
    choose_rows(page, page.session, "b-ease", "a2-random")
    assert [info.id for info in page.table.chosen_runs] == ["a2-random", "b-ease"]
    assert page.table.runs().ids() == [None, "a1-random", "a2-random", "a3-random", None, "b-ease"]


def test_a_row_can_what_rows_of_any_table_can(qapp):
    class Plain(QAbstractTableModel):
        def rowCount(self, _parent=None):  # noqa: N802 - Qt's way
            return 1

        columnCount = rowCount  # noqa: N815 - Qt's way

    plain = Plain()
    assert plain.flags(plain.index(0, 0)) == RUN


def test_place_and_keyboard_stay_when_everything_is_shown_anew(show_compare, project):
    for at in range(60):
        done_run(project, f"a{at:02}-random", "bpr", {"epochs": at + 1}, metrics=FIGURES)
    page = show_compare()
    page.table.setFocus()
    index = page.table.runs().index(30, 0)
    page.table.selectionModel().setCurrentIndex(
        index, QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    )
    page.table.scrollTo(index)
    place = page.table.verticalScrollBar().value()
    assert place > 0
    page.refresh()
    QApplication.processEvents()
    assert page.table.verticalScrollBar().value() == place
    assert page.session.selection.runs == ["a30-random"]
    assert page.table.currentIndex().row() == index.row()


# The pictures -----------------------------------------------------------------------------------------------------------


def test_pictures_come_a_frame_after_the_table(page, qtbot):
    told = []
    page.pictures.show_runs = lambda drawn, metric: told.append([info.id for info in drawn])
    page.session.selection.select_runs(["a1-random", "b-ease"])
    page._catch_up()
    assert not told
    assert not page.over
    qtbot.waitUntil(lambda: bool(told))
    assert told == [["a1-random", "b-ease"]]


def test_in_a_moment_pictures_and_protocol_are_those_of_the_runs_selected_last(page, qtbot):
    for chosen in (["a1-random", "b-ease"], ["a1-random", "a2-random"], ["a2-random", "a3-random"]):
        page.session.selection.select_runs(chosen)
        page._catch_up()
    qtbot.waitUntil(lambda: page.over)
    assert [info.id for info in page.pictures.picture.runs] == ["a2-random", "a3-random"]
    assert page.pictures.cutoffs.lines() == ["a2-random", "a3-random"]
    assert {one.what: one.how for one in page.pictures.protocol.said}["Seed"] == "2, 3"


def test_the_protocol_of_other_seeds_has_only_the_seeds_written_anew(page, monkeypatch):
    card = page.pictures.protocol
    runs = [page.session.runs.get(one) for one in ("a1-random", "a2-random", "b-ease")]
    card.show_runs(runs[:1], "ndcg@10")
    monkeypatch.setattr(protocol_card, "clear", lambda _layout: pytest.fail("everything was made anew"))
    card.show_runs(runs[:2], "ndcg@10")
    at = [one.what for one in card.said].index("Seed")
    assert card._lines.itemAtPosition(at, 1).widget().text() == "1, 2"
    monkeypatch.undo()
    card.show_runs(runs[:2], "recall@10")  # another name stands there
    assert "Recall@10" in {card._lines.itemAtPosition(row, 0).widget().text() for row in range(len(card.said))}


# Words ------------------------------------------------------------------------------------------------------------------


def test_the_disk_is_asked_for_a_model_until_there_is_one(page, monkeypatch):
    asked = []
    kind = type(page.session.runs.get("b-ease"))
    monkeypatch.setattr(kind, "usable", property(lambda info: bool(asked.append(info.id)) or info.id == "a2-random"))
    page.report.refresh()
    assert asked == ["a1-random", "a2-random"]
    assert page.report.make.isEnabled()
    assert len(page.report.folders()) == 1
    monkeypatch.setattr(kind, "usable", property(lambda _info: False))
    page.report.refresh()
    assert not page.report.make.isEnabled()
    assert report_button.ReportOrder.folders(page.report) == []


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (1.5, 1.5, False),
        (1.5, 2.5, True),
        (0.0, -0.0, True),
        (float("nan"), float("nan"), False),
        (True, 1, True),
        (None, 3, True),
        ([1], [1], False),
        ([1], [2], True),
        ("a", "b", True),
    ],
)
def test_only_settings_that_differ_are_told(one, other, told):
    runs = [
        SimpleNamespace(id=name, title=name, algorithm="ease", spec={"hyperparameters": {"size": value}})
        for name, value in (("a", one), ("b", other))
    ]
    assert [bool(words) for words in differences(runs).values()] == [told, told]


def test_what_runs_have_in_common_is_written_down_once_and_anew_when_it_changes(page, monkeypatch):
    written = []
    monkeypatch.setattr(
        comparable.comparable, "repeat_key", lambda spec: written.append(spec["seed"]) or repeat_key(spec)
    )
    page.refresh()
    assert written == []
    info = page.session.runs.get("a2-random")
    info.spec = {**info.spec, "patience": 9}
    page.refresh()
    assert written == [2]
    assert column(page, "run", DETAIL)[:3] == ["3 runs", "2 seeds", "seed 1"]


def test_metrics_are_offered_anew_only_where_they_are_others(page, qtbot):
    with qtbot.assertNotEmitted(page.chooser.model().rowsInserted):
        page.refresh()
    page.session.runs.get("b-ease").metrics = {**page.session.runs.get("b-ease").metrics, "rmse": {"mean": 0.9}}
    with qtbot.waitSignal(page.chooser.model().rowsInserted):
        page.refresh()
    assert page.chooser.findText("RMSE") >= 0
    assert page.chooser.currentText() == "NDCG@10"


def test_keys_go_up_and_down_past_headings(page, qtbot):
    choose_rows(page, page.session, "a3-random")
    page.table.setCurrentIndex(page.table.runs().index(3, 0))
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert page.session.selection.runs == ["b-ease"]
