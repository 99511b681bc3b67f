"""The sheet of an offered file: what is shown, corrected, asked and remembered; the jobs are done in this process."""

import sqlite3
import time
import zipfile

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from workbench.app.pages.data.doubt_cards import DoubtCards
from workbench.app.pages.data.dropped_files import Offer, role_of, sort_out
from workbench.app.pages.data.feedback_panel import FeedbackPanel
from workbench.app.pages.data.format_options import Choosers
from workbench.app.pages.data.format_panel import HowRead
from workbench.app.pages.data.import_sheet import PreviewSheet
from workbench.app.pages.data.mapping_header import RoleTable, role_mime
from workbench.app.pages.data.side_files import Further
from workbench.control import Control
from workbench.data.importing.importer import make_recipe
from workbench.data.importing.preview import import_data, preview
from workbench.data.importing.recipes import Recipe
from workbench.errors import WorkbenchError
from workbench.files import write_json
from workbench.project import Project

pytestmark = pytest.mark.usefixtures("light")


class Shown:
    """A sheet whose questions are answered at once."""

    def __init__(self, sheet):
        self.sheet = sheet
        self.asked = 0
        sheet.look_wanted.connect(self.look)
        sheet.again_wanted.connect(lambda: self.look(again=True))
        sheet.recipe_chosen.connect(lambda file: self.look(recipe=str(file)))

    def offer(self, *paths):
        self.sheet.show_offer(sort_out(list(paths)))
        return self.look()

    def look(self, **more):
        self.asked += 1
        try:
            seen = preview(str(self.sheet.file), Control(), known=self.sheet.how.said, **more)
        except WorkbenchError as error:
            self.sheet.show_trouble(str(error))
        else:
            self.sheet.show_preview(seen)
        return self.sheet

    def choose(self, name, value):
        """Choose as the list box does when a person has picked."""
        one = self.sheet.how.choices[name]
        assert one.isVisibleTo(self.sheet.how.panel), f"{name} is not offered"
        at = one.box.findData(value)
        assert at >= 0, f"{name} does not offer {value}"
        one.box.setCurrentIndex(at)
        one.box.activated.emit(at)

    @property
    def offered(self):
        """What can be corrected."""
        return [name for name, one in self.sheet.how.choices.items() if one.isVisibleTo(self.sheet.how.panel)]

    def says(self, words):
        return any(words in one.words for one in self.sheet.notes._notes)

    def act(self, title):
        """Press the button of a note, whichever is in sight."""
        found = next(do for one in self.sheet.notes._notes for text, do in one.actions.items() if title in text)
        found()


@pytest.fixture
def shown(keep, tmp_path, monkeypatch, qtbot):
    monkeypatch.setenv("RECWB_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir(exist_ok=True)
    sheet = keep(PreviewSheet(HowRead(Choosers()), Further(), RoleTable(), FeedbackPanel(), DoubtCards()))
    sheet.lay_panels()
    sheet.lay_rows()
    sheet.resize(1000, 600)
    sheet.show()
    return Shown(sheet)


@pytest.fixture
def write(tmp_path):
    def write(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_a_format_that_is_one_new_file_is_shown(shown, new_format, tmp_path):
    shown.offer(new_format)
    assert shown.sheet.columns.names == ["user", "item", "rating"]
    assert shown.sheet.columns.rows[0] == ["u0", "film 0", "1"]
    assert shown.offered == ["decimal", "rating_as", "duplicates"]
    assert shown.sheet.how.summary.full_text().startswith("Notes")
    assert shown.sheet.reason == ""
    (tmp_path / "about.json").write_text("{}")
    assert sort_out([tmp_path]).main == new_format, "a folder in which nothing else is data"


# What is offered to be corrected ----------------------------------------------------------------------------------------


def test_only_what_applies_is_offered(shown, write, tmp_path):
    shown.offer(write("r.csv", "user,item\na,b\n"))
    assert shown.offered == ["kind", "encoding", "delimiter", "header", "quotes", "comment", "duplicates"]
    shown.offer(write("t.csv", "user,item,rating,time\na,b,3,1000000000\n"))
    assert {"decimal", "thousands", "times", "rating_as"} <= set(shown.offered)
    shown.offer(write("l.txt", "1 2 3\n4 5\n6 7 8 9\n"))
    assert "header" not in shown.offered
    database = sqlite3.connect(tmp_path / "d.db")
    for name in ("tags", "ratings"):
        database.execute(f"create table {name} (user, item, rating)")
        database.execute(f"insert into {name} values ('u', ?, 3)", [f"i{len(name)}"])  # noqa: S608 - our own names
    database.commit()
    database.close()
    shown.offer(tmp_path / "d.db")
    assert shown.offered == ["table", "decimal", "thousands", "rating_as", "duplicates"]
    assert shown.sheet.how.choices["table"].value() == "ratings"
    shown.choose("table", "tags")
    assert shown.sheet.columns.rows == [["u", "i4", "3"]]
    assert shown.sheet.recipe()["format"]["table"] == "tags"


def test_the_fold_is_closed_with_a_summary(shown, write):
    sheet = shown.offer(write("r.csv", "user;item;rating;time\na;b;1,5;1000000000\n"))
    assert not sheet.how.panel.isVisible()
    assert sheet.how.summary.full_text() == (
        "UTF-8 · semicolon · names in the first row · decimal mark: comma · times: seconds since 1970 · "
        "duplicates: keep the last"
    )
    sheet.how.fold.click()
    assert sheet.how.panel.isVisible()
    assert sheet.how.why.full_text() == "Duplicates: the newest rating is what a user thinks now."


def test_a_correction_is_kept_and_the_rest_guessed_again(shown, write):
    sheet = shown.offer(write("r.csv", "用户,物品,评分\n甲,乙,5\n丙,丁,4\n", "gb18030"))
    shown.choose("encoding", "latin-1")
    assert sheet.columns.names[0] != "用户"
    shown.choose("encoding", "gb18030")
    assert sheet.columns.names == ["用户", "物品", "评分"]
    assert sheet.how.said == {"encoding": "gb18030"}
    assert not sheet.asked()["guessed"]
    assert sheet.columns.given == {0: "user", 1: "item", 2: "rating"}
    sheet.guess_again()
    assert sheet.how.said == {}
    assert sheet.asked()["guessed"]


def test_a_matrix_with_its_missing_code(shown, write):
    rows = "".join(
        f"u{i}," + ",".join(str((i * j) % 5) if (i + j) % 3 else "7" for j in range(25)) + "\n" for i in range(9)
    )
    sheet = shown.offer(write("m.csv", ",".join(["user", *(f"i{j}" for j in range(25))]) + "\n" + rows))
    shown.choose("kind", "matrix")
    assert {"first", "missing"} <= set(shown.offered)
    before = len(sheet.columns.rows)
    missing = sheet.how.choices["missing"]
    shown.choose("missing", "\0own")
    assert missing.field.isVisibleTo(sheet.how.panel)
    sheet.how.fold.click()
    missing.field.setText("7")
    missing.field.setModified(True)
    missing.field.editingFinished.emit()
    assert sheet.recipe()["format"]["missing"] == "7"
    assert (
        len(sheet.columns.rows) == before - sum((i + j) % 3 == 0 for i in range(9) for j in range(25)) or before == 200
    )


def test_roles_that_a_person_gave_stay_while_the_columns_are_the_same(shown, write):
    sheet = shown.offer(write("r.csv", "a;b;c;d\nu;i;1,5;x\nv;j;2,5;y\n"))
    for column, role in ((3, "user"), (1, "item"), (2, "rating")):
        sheet.give_role(column, role)
    shown.choose("decimal", ".")
    assert {role: at for at, role in sheet.columns.given.items()} == {"user": 3, "item": 1, "rating": 2}
    shown.choose("header", False)
    assert sheet.columns.names[0] == "Column 1"
    assert not sheet.columns.own


def test_the_rows_stay_until_others_are_there(shown, write, monkeypatch):
    sheet = shown.offer(write("r.csv", "user,item,rating\na,b,3\n"))
    waiting = []
    monkeypatch.setattr(Shown, "look", lambda self, **more: waiting.append(more))
    sheet.look_wanted.disconnect()
    shown.choose("header", False)
    assert sheet.table.model().rowCount() == 1
    assert sheet.reason == "Reading the first rows…"
    assert sheet.table.isVisible()


def test_a_file_of_a_zip_or_of_a_folder_is_chosen(shown, tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tags.csv", "user,tag\nu,x\n")
        archive.writestr("ratings_1.csv", "user;item;rating\nu;i;3\n")
    sheet = shown.offer(path)
    assert sheet.how.choices["file"].value() == "ratings_1.csv"
    shown.choose("file", "tags.csv")
    assert sheet.columns.names == ["user", "tag"]
    for name in ("a_ratings.csv", "b_ratings.csv"):
        (tmp_path / name).write_text("user,item\na,b\n")
    sheet = shown.offer(tmp_path / "a_ratings.csv", tmp_path / "b_ratings.csv")
    chosen = []
    sheet.file_chosen.connect(chosen.append)
    shown.choose("file", str(tmp_path / "b_ratings.csv"))
    assert chosen == [tmp_path / "b_ratings.csv"]


# What is asked and said -------------------------------------------------------------------------------------------------


def test_a_question_is_answered_before_anything_else(shown, write):
    sheet = shown.offer(
        write("r.csv", "user,item,plays,date\nu,i,9,02/02/2020\nu,h,300,03/04/2020\nu,j,1,05/04/2020\n")
    )
    assert sheet.remark.text().startswith("Dates such as 03/04/2020")  # of 02/02 both readings are one day
    assert sheet.reason
    sheet.notes.buttons[1].click()
    assert sheet.reason == ""
    assert sheet.recipe()["time"] == "mdy"
    assert sheet.table.model().index(1, 3).data() == "4 Mar 2020, 00:00"


def test_counts_are_offered_as_logarithm_or_presence(shown, write):
    sheet = shown.offer(write("r.csv", "user,item,plays\nu,i,300\nu,j,1\n"))
    assert sheet.recipe()["duplicates"] == "sum"
    shown.act("Logarithm")
    assert sheet.recipe()["rating_as"] == "log"
    assert not shown.says("counts")
    assert Recipe(**sheet.recipe()).rating_as == "log"


def test_swapped_users_and_items_are_put_right_with_one_click(shown, write):
    sheet = shown.offer(write("r.csv", "movieId,userId\n1,2\n3,4\n"))
    sheet.swap()
    assert shown.says("Users look like items")
    shown.act("Swap them")
    assert sheet.recipe()["columns"] == {"user": "userId", "item": "movieId"}
    assert not shown.says("Users look like items")


def test_a_mere_guess_is_marked(shown, write):
    sheet = shown.offer(write("r.csv", "user_feature_0,item_id,click\n" + "a,b,1\nb,c,0\n" * 9))
    head = sheet.table.head.heads[0]
    assert head.doubt.isVisible()
    assert "Only a guess" in head.toolTip()
    assert not sheet.table.head.heads[1].doubt.isVisible()
    sheet.give_role(0, "user")
    assert not head.doubt.isVisible()


def test_a_role_is_dragged_onto_a_column(shown, write):
    sheet = shown.offer(write("r.csv", "a,b,c\nu,i,3\nv,j,4\n"))
    head = sheet.table.head.heads[2]
    mime = role_mime("rating")
    args = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(head, QDragEnterEvent(head.rect().center(), *args))
    assert head._over
    QApplication.sendEvent(head, QDropEvent(QPointF(head.rect().center()), *args))
    assert not head._over
    assert sheet.columns.given[2] == "rating"
    assert head.box.currentData() == "rating"


# What is remembered -----------------------------------------------------------------------------------------------------


def test_the_next_file_of_a_shape_opens_as_the_last_was_read(shown, write, tmp_path):
    project = Project.create(tmp_path / "project")
    project.filters = [{"name": "rating", "settings": {"low": 2.0}}]
    project.save()
    first = write("2019.csv", "a;b;c\nu;i;1,5\nv;j;2,5\n")
    sheet = shown.offer(first)
    for column, role in ((1, "user"), (0, "item"), (2, "rating")):
        sheet.give_role(column, role)
    shown.choose("duplicates", "max")
    asked = sheet.asked()
    import_data(str(asked["paths"]), str(project.folder / "data" / "one"), Control(), asked["recipe"])
    shown.offer(write("2020.csv", "a;b;c\nx;y;3,5\n"))
    assert shown.says(
        "Read in the same way as 2019.csv, which has the same columns. Its filters are used too: ratings from 2."
    )
    assert sheet.recipe() == asked["recipe"]
    assert sheet.asked()["filters"] == project.filters
    assert sheet.reason == ""
    shown.act("Without filters")
    assert sheet.asked()["filters"] is None
    shown.act("Guess again")
    assert not shown.says("the same columns")
    assert sheet.recipe() != asked["recipe"]


def test_a_stored_recipe_is_used_on_a_new_file(shown, write, tmp_path):
    path = write("r.csv", "a;b;c\nu;i;1,5\nv;j;2,5\n")
    recipe = make_recipe(path, "user=b,item=a,rating=c", {"duplicates": "mean"})
    filters = [{"name": "min-item", "settings": {"n": 2}}]
    write_json(tmp_path / "recipe.json", {"recipe": recipe.model_dump(), "filters": filters})
    sheet = shown.offer(path)
    sheet.further.menu.chosen.emit("recipe", tmp_path / "recipe.json")
    assert shown.says("Read as recipe.json says.")
    assert Recipe(**sheet.recipe()) == recipe
    assert sheet.asked()["filters"] == filters
    sheet.further.menu.chosen.emit("recipe", path)
    assert "is damaged" in sheet.trouble.text()


# Further files ----------------------------------------------------------------------------------------------------------


def test_further_files_are_dropped_onto_their_place(shown, write, tmp_path):
    sheet = shown.offer(write("r.csv", "user,item\na,b\n"))
    (tmp_path / "posters").mkdir()
    files = [
        write("users.csv", "user,age\na,3\n"),
        write("vectors.npy", ""),
        write("movies.csv", ""),
        tmp_path / "posters",
    ]
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(one)) for one in files])
    args = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(sheet.further, QDragEnterEvent(QPoint(5, 5), *args))
    QApplication.sendEvent(sheet.further, QDropEvent(QPointF(5, 5), *args))
    assert sheet.asked()["further"] == dict(zip(("users", "vectors", "items", "pictures"), files, strict=True))
    sheet.further.slots["users"].remove.click()
    assert "users" not in sheet.asked()["further"]
    assert role_of(tmp_path / "something.csv") == ""


def test_pictures_beside_a_table_come_along(tmp_path):
    (tmp_path / "set" / "posters").mkdir(parents=True)
    for name in ("1.jpg", "2.png"):
        (tmp_path / "set" / "posters" / name).touch()
    for name in ("ratings.csv", "users.csv", "item_vectors.parquet"):
        (tmp_path / "set" / name).touch()
    found = sort_out([tmp_path / "set"])
    names = [one and one.name for one in (found.main, found.users, found.vectors, found.pictures)]
    assert names == ["ratings.csv", "users.csv", "item_vectors.parquet", "posters"]
    assert sort_out([tmp_path / "set" / "ratings.csv"]) == Offer(tmp_path / "set" / "ratings.csv")
    with pytest.raises(WorkbenchError, match="holds pictures and no table"):
        sort_out([tmp_path / "set" / "posters"])


# Real files, and hostile ones -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "movielens-small/ratings.csv", "ml-100k/u.data", "ml-1m/interactions_chronological.csv",
        "ml-1m/ratings_sample_100k.dat", "ml-1m/ratings_true_1208_complete_users.csv", "movietweetings/ratings.dat",
        "gowalla/train.txt", "beauty/Beauty.txt", "lastfm/user_artists.dat", "jester/jester-data-1.zip",
        "online-retail/online_retail.parquet", "open-bandit/random/all.csv", "messy/semicolon-na-iso-dates.csv",
        "messy/numeric-looking-ids.csv", "messy/orange-three-header-rows.tab", "messy/excel-multi-sheet.xlsx",
    ],
)  # fmt: skip
def test_the_window_reads_real_files_as_the_command_line_does(shown, shared_data, name):
    """Where the counts are right there, so they are here: the recipe is the same."""
    sheet = shown.offer(shared_data(name))
    assert sheet.reason == ""
    assert Recipe(**sheet.recipe()) == make_recipe(shared_data(name))
    assert sheet.asked()["guessed"]


@pytest.mark.parametrize(
    "text",
    [
        "user,item," + "x" * 10_000 + "\na,b,3\n",
        "user,item\na,b\n",
        ",".join(["user", "item", *(f"c{i}" for i in range(498))]) + "\n" + (",".join(["1"] * 500) + "\n") * 200,
        "משתמש,映画,\u202eevil\na,b,c\nd,e,f\n",
    ],
    ids=["long name", "one row", "500 columns", "letters"],
)
def test_hostile_files_do_not_hold_the_window(shown, write, text, qtbot):
    sheet = shown.sheet
    path = write("r.csv", text)
    sheet.show_offer(sort_out([path]))
    seen = preview(str(path), Control())
    qtbot.wait(1)
    begun = time.process_time()
    sheet.show_preview(seen)
    assert time.process_time() - begun < 0.05  # of this process alone: others may keep the clock running
    wanted = min(60, len(seen["names"]))
    qtbot.waitUntil(lambda: len(sheet.table.head.heads) == wanted, timeout=20_000)
    assert all(len(one.name.full_text()) <= 120 for one in sheet.table.head.heads)
    assert sheet.width() == 1000
    assert not sheet.grab().isNull()
