"""What an offered file is to the project that is open, with the real worker."""

import pytest

from tests.app.real_window import RATINGS
from workbench.app.pages.data.belonging import ADDITION, NEW, VERSION, Read, as_addition
from workbench.app.pages.data.dropped_files import Offer
from workbench.app.pages.data.side_files import Further
from workbench.project import Project

MORE = "user,item,rating,time\nu0,i0,1,1100000000\nnew,i9,5,1100000001\n"


def choose(real, way):
    real.click(real.data.sheet.belongs.ways.buttons[way])
    real.until(lambda: real.data._looking is None)


def take(real):
    before = real.session.data
    real.click(real.primary())
    real.until(lambda: real.session.data is not before and real.data.stack.currentWidget() is real.data.glance)


def test_a_second_file_is_a_new_project_unless_somebody_says_otherwise(real, write):
    real.read(write("ratings.csv", RATINGS))
    first = real.session.project.current
    real.offer(write("other.csv", RATINGS.replace("u1", "x1")))
    belongs = real.data.sheet.belongs
    assert belongs.isVisible()
    assert belongs.value == NEW
    assert belongs._told.full_text() == "ratings stays as it is."
    stored = first.stored()
    take(real)
    assert real.session.project.current.name == "other"
    assert "x1" in real.session.data.user_ids.to_pylist()
    kept = Project.open(first.folder)
    assert (kept.data, kept.split, kept.versions) == (stored["data"], stored["split"], stored["versions"])
    assert [version.folder for version in real.session.versions.all()] == ["other"]


def test_a_new_version_and_an_addition_keep_the_data_of_before(real, write):
    real.read(write("ratings.csv", RATINGS))
    project, n = real.session.project.current, len(real.session.data)
    real.offer(write("more.csv", MORE))
    choose(real, ADDITION)
    assert [row[1] for row in real.cells(real.data.sheet.table)] == ["i0", "i9"], "what is looked at is what is new"
    assert real.window.header.title.text() == "ratings.csv + more.csv"
    take(real)
    assert real.session.project.current is project
    rows = {
        (real.session.data.user_ids[u].as_py(), real.session.data.item_ids[i].as_py()): (r, t)
        for u, i, r, t in zip(
            *(getattr(real.session.data, name).tolist() for name in ("user", "item", "rating", "time")), strict=True
        )
    }
    assert len(rows) == n + 1
    assert rows["new", "i9"] == (5.0, 1_100_000_001_000)
    assert rows["u0", "i0"] == (1.0, 1_100_000_000_000), "the last one counts, as the import says"
    real.offer(write("third.csv", MORE))
    choose(real, VERSION)
    take(real)
    assert len(real.session.data) == 2
    assert [version.interactions for version in real.session.versions.all()] == [n, n + 1, 2]
    real.session.use_version("ratings")
    assert len(real.session.data) == n
    assert real.data.glance.figures.all[0].number.full_text() == f"{n:,}"


def test_what_cannot_be_added_is_told_and_another_way_is_open(real, write):
    ratings = write("ratings.csv", RATINGS)
    real.read(ratings)
    real.offer(write("films.csv", "film,title\n1,One\n2,Two\n"))
    choose(real, ADDITION)
    assert "is no part of the same table" in real.data.sheet.trouble.text()
    assert not real.primary().isEnabled()
    choose(real, NEW)
    assert real.data.sheet.columns.names == ["film", "title"]
    real.offer(ratings)
    addition = real.data.sheet.belongs.ways.buttons[ADDITION]
    assert not addition.isEnabled()
    assert "is in the data already" in addition.toolTip()
    ratings.write_text(RATINGS + "a,b,1,1\n")
    real.offer(write("more.csv", MORE))
    assert "was moved or changed" in addition.toolTip()


def test_a_new_project_that_could_not_be_read_leaves_nothing(real, write):
    real.read(write("ratings.csv", RATINGS))
    project = real.session.project.current
    path = write("second.csv", RATINGS)
    real.offer(path)
    path.unlink()
    real.click(real.primary())
    real.until(lambda: real.data.stack.currentWidget() is real.data.failure)
    assert real.session.project.current is project
    real.until(lambda: [place.name for place in project.folder.parent.iterdir()] == [project.folder.name])


@pytest.mark.parametrize("with_data", [False, True])
def test_nothing_is_asked_where_there_is_no_data_yet(real, write, with_data):
    if with_data:
        real.read(write("ratings.csv", RATINGS))
        real.session.close_project()
    real.session.new_project(name="empty")
    real.offer(write("other.csv", RATINGS))
    assert not real.data.sheet.belongs.isVisible()
    take(real)
    assert real.session.project.current.name == "empty"


def test_vectors_with_names_stay_joined_in_an_addition(keep, tmp_path):
    ratings, posters, more = (tmp_path / name for name in ("ratings.csv", "posters.npy", "more.csv"))
    read = Read({"all": ratings}, {"all": 1}, {"vectors:posters": posters})
    further = keep(Further())
    further.show_offer(as_addition(read, Offer(more)))
    assert further.files() == {"vectors:posters": posters}
    further.show_offer(Offer(more))
    assert further.files() == {}
