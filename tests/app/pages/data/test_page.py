"""The page Data, with the real worker: from files to the data at a glance."""

import os

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.app.real_window import LONG, RATINGS
from workbench.app.pages.data.dropped_files import Offer, sort_out
from workbench.app.pages.data.figures import Figures
from workbench.errors import WorkbenchError

# The offscreen platform says so whenever a list is opened.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support grabbing the keyboard")


def shown(real):
    return real.data.stack.currentWidget()


# From a file to the data at a glance ---------------------------------------------------------------------------------


def test_it_begins_with_a_place_to_drop_and_the_sample(real):
    assert shown(real) is real.data.empty
    assert real.data.empty.open.isVisible()
    assert real.data.empty.sample.isVisible()


def test_a_dropped_file_is_shown_with_its_columns_guessed(real, write):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(write("ratings.csv", RATINGS)))])
    for kind, where in ((QDragEnterEvent, QPoint(400, 300)), (QDropEvent, QPointF(400, 300))):
        event = kind(where, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(real.window, event)
    real.until(lambda: real.data.sheet.columns.rows)
    assert shown(real) is real.data.sheet
    assert [real.head(at).box.currentData() for at in range(4)] == ["user", "item", "rating", "time"]
    assert real.head(2).evidence.full_text().endswith("by its name · 1 to 5")
    assert real.cells(real.data.sheet.table)[0] == ["u0", "i0", "1", "9 Sep 2001, 01:46"]
    assert real.primary().text() == "Use these columns →"
    assert real.primary().isEnabled()


def test_one_click_reads_it_and_shows_it_at_a_glance(real, sample):
    real.read(sample / "ratings.csv", sample / "movies.csv")
    glance = real.data.glance
    assert [one.number.full_text() for one in glance.figures.all[:4]] == ["100,004", "671", "9,066", "1.64 %"]
    assert real.data.subtitle == "comma, UTF-8, header · 100,004 rows, all kept · titles of 9,066 of 9,066 items"
    charts = glance.overview.charts
    assert sum(charts["ratings"].counts) == sum(charts["activity"].counts) == 100_004
    assert (sum(charts["users"].counts), sum(charts["items"].counts)) == (671, 9066)
    real.click(glance.tabs.buttons["interactions"])
    real.until(lambda: glance.rows.table.model().rowCount() == 100_004)
    first = real.session.data
    assert real.cells(glance.rows.table)[0][0] == first.user_ids[int(first.user[0])].as_py()
    real.click(glance.rows.tabs.buttons["items"])
    real.until(lambda: glance.rows.table.model().columnCount() == 6)
    real.qtbot.keyClicks(glance.rows.search, "toy story")
    real.until(lambda: glance.rows.table.model().rowCount() == 4)
    assert {row[0] for row in real.cells(glance.rows.table)} >= {"Toy Story", "Toy Story 2"}
    assert glance.rows.count.full_text() == "4 of 9,066"
    real.click(real.primary())
    assert real.window.page.name == "split"


def test_the_sample_is_shown_while_it_is_read_and_then(real):
    real.click(real.data.empty.sample)
    real.until(lambda: real.session.data is not None)
    real.window.show_page("data")
    assert shown(real) is real.data.glance
    assert real.data.state(real.session) == ("100,004", "")


# What can go wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "is empty"),
        ("lines.csv", b"\n\n\n", "empty lines"),
        ("column.csv", b"one\ntwo\nthree\n", "one column only"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG picture"),
        ("noise.csv", bytes(range(256)) * 8, "not text"),
    ],
)
def test_what_cannot_be_read_is_told_with_a_way_back(real, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    real.offer(path)
    assert shown(real) is real.data.failure
    assert words in real.data.failure.card.sentence.text()
    assert name in real.data.failure.card.sentence.text()
    real.click(real.button("Back"))
    assert shown(real) is real.data.empty


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is locked for root")
def test_a_file_without_permission_is_told(real, write):
    path = write("ratings.csv", RATINGS)
    path.chmod(0)
    real.offer(path)
    assert "permission" in real.data.failure.card.sentence.text().lower()


def test_a_folder_without_a_table_is_told(real, tmp_path):
    (tmp_path / "nothing").mkdir()
    real.session.offer_files([tmp_path / "nothing"])
    assert shown(real) is real.data.failure
    assert "holds no CSV" in real.data.failure.card.sentence.text()


def test_a_file_that_vanishes_before_it_is_read_loses_nothing(real, write):
    real.read(write("first.csv", RATINGS))
    kept, folder = real.session.data, real.session.project.current.data
    path = write("second.csv", RATINGS)
    real.offer(path)
    path.unlink()
    real.click(real.primary())
    real.until(lambda: shown(real) is real.data.failure)
    assert "is not there" in real.data.failure.card.sentence.text()
    assert real.session.data is kept
    assert real.session.project.current.data == folder
    real.click(real.button("Back"))
    assert shown(real) is real.data.sheet
    real.click(real.button("Back"))
    assert shown(real) is real.data.glance


@pytest.fixture(scope="session")
def million(tmp_path_factory):
    """A million rows as a file."""
    path = tmp_path_factory.mktemp("big") / "big.csv"
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, high, 1_000_000).astype(str) for high in (50_000, 5_000, 5)]
    lines = map(",".join, zip(*columns, strict=True))
    path.write_text("user,item,rating\n" + "\n".join(lines) + "\n")
    return path


def test_cancel_leaves_the_project_untouched(real, million):
    real.offer(million)
    real.click(real.primary())
    reading = real.data.reading
    real.until(lambda: shown(real) is reading and reading.bar.value() > 0)
    task = real.data._task
    with real.qtbot.waitSignal(task.cancelled, timeout=LONG):
        real.click(reading.cancel)
        assert reading.words.text() == "Cancelling…"
        assert not reading.cancel.isEnabled()
    real.until(lambda: shown(real) is real.data.sheet)
    assert real.session.data is None
    assert real.session.project.current.data is None
    real.until(lambda: not any((real.session.project.current.folder / "data").iterdir()))  # swept at once
    assert real.primary().isEnabled()


# Several files -------------------------------------------------------------------------------------------------------


def test_a_split_of_ones_own_is_read_from_two_files(real, write):
    real.read(write("train.csv", RATINGS), write("test.csv", "user,item,rating,time\nu0,i6,5,1100000000\n"))
    assert real.session.data.part.sum() == 2
    assert real.session.project.split["name"] == "files"
    assert real.data.heading == "train.csv + test.csv"


def test_titles_can_be_added_later(real, write, monkeypatch):
    real.read(write("ratings.csv", RATINGS))
    titles = write("names.csv", "item,title\n" + "".join(f"i{i},Film {i}\n" for i in range(7)))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(titles), ""))
    real.click(real.button("Add to it…"))
    real.until(real.data.menu.isVisible)
    real.qtbot.keyClick(real.data.menu, Qt.Key.Key_Down)
    real.qtbot.keyClick(real.data.menu, Qt.Key.Key_Return)
    real.until(lambda: real.session.items is not None and shown(real) is real.data.glance)
    assert real.session.items.titles([0])[0].startswith("Film")


def test_a_slot_is_emptied_and_filled(real, write, sample, monkeypatch):
    real.offer(write("ratings.csv", RATINGS), sample / "movies.csv")
    further = real.data.sheet.further
    slot = further.slots["items"]
    assert slot.file == sample / "movies.csv"
    real.click(slot.remove)
    assert slot.file is None
    assert not slot.isVisible()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(sample / "movies.csv"), ""))
    further.menu.actions()[0].trigger()
    assert slot.file == sample / "movies.csv"
    assert slot.isVisible()


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["r.csv"], ("r.csv", None, None, None)),
        (["movies.csv", "ratings.csv"], ("ratings.csv", "movies.csv", None, None)),
        (["movies.dat", "ratings.dat", "users.dat"], ("ratings.dat", "movies.dat", None, None)),
        (["ratings.dat", "users.dat", "vectors.npy"], ("ratings.dat", None, None, None)),
        (["test.txt", "train.txt", "valid.txt"], ("train.txt", None, "test.txt", "valid.txt")),
        (["u2.test", "u1.test", "u1.base"], ("u1.base", None, "u1.test", None)),
        (["train.csv", "test.csv", "items.csv"], ("train.csv", "items.csv", "test.csv", None)),
        (["a.csv", "b.csv"], ("a.csv", None, None, None)),
        (["latest_ratings.csv", "contest.csv"], ("latest_ratings.csv", None, None, None)),
    ],
)
def test_each_file_gets_its_place(tmp_path, names, wanted):
    for name in names:
        (tmp_path / name).touch()
    offer = sort_out([tmp_path / name for name in names])
    found = (offer.main, offer.items, offer.test, offer.validation)
    assert tuple(one and one.name for one in found) == wanted
    used = {one.name for one in (*found, offer.users, offer.vectors) if one}
    assert {one.name for one in offer.unused} == set(names) - used


def test_of_a_folder_the_whole_is_meant_and_not_one_of_its_folds(tmp_path):
    for name in ("u.data", "u.item", "u1.base", "u1.test", "README"):
        (tmp_path / name).touch()
    main, items = tmp_path / "u.data", tmp_path / "u.item"
    assert sort_out([tmp_path]) == Offer(main, items, choices=(main, items))


def test_a_folder_that_cannot_be_opened_is_told(tmp_path):
    (tmp_path / "notes.md").touch()
    with pytest.raises(WorkbenchError, match="holds no CSV"):
        sort_out([tmp_path])


def test_what_two_files_share_is_called_no_duplicate_of_one(qapp):
    shown = Figures()
    for files, title in (([], "duplicates"), ([{"as": "train"}, {"as": "test"}], "duplicates in one file")):
        shown.show_about({"report": {"merged": 3, "files": files}})
        assert shown.all[-1].what.full_text() == title
