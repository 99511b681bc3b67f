"""On the page Train: what publications set is filled in by one choice and taken back by one click."""

import pytest
from PySide6.QtCore import Qt

from tests.app.pages.train.test_page import shown
from workbench.app.pages.train.page import TrainPage
from workbench.training.presets import presets_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(opened, keep, qtbot, light):
    made = shown(TrainPage(opened), keep, qtbot)
    made.algorithms.choose("sasrec")
    return made


def pick(page, at):
    page.presets.box.setCurrentIndex(at)
    page.presets.box.activated.emit(at)


def entries(page):
    return [page.presets.box.itemText(at) for at in range(page.presets.box.count())]


def test_defaults_and_what_was_published_are_offered(page):
    assert len(entries(page)) == 1 + len(presets_of("sasrec"))
    assert entries(page)[:3] == [
        "Defaults", "As published: Full cross-entropy", "As published: Full cross-entropy, 64 factors"
    ]  # fmt: skip
    assert page.presets.box.currentText() == "Defaults"
    assert not page.presets.undo.isVisible()
    assert not page.presets.about.isVisible()
    page.algorithms.choose("ease")
    assert not page.presets.isVisible()


def test_a_preset_fills_the_whole_form_and_trains(page, monkeypatch):
    page.form.field("l2").input.setText("0.5")
    assert page.presets.box.currentIndex() == -1
    assert page.presets.box.placeholderText() == "Custom"
    pick(page, 1)
    wanted = page.kind.make(presets_of("sasrec")[0].hyperparameters).model_dump()
    assert page.form.values() == wanted  # what it does not name has its default again
    assert page.remember()["drafts"]["sasrec"]["factors"] == 128
    asked = []
    monkeypatch.setattr(page.session, "queue_run", lambda name, values, **options: asked.append((name, values)))
    page.primary.trigger()
    assert asked == [("sasrec", wanted)]


def test_one_click_takes_it_back(page, qtbot):
    page.form.field("factors").input.setText("48")
    before = page.form.values()
    pick(page, 2)
    assert page.form.values() != before
    qtbot.mouseClick(page.presets.undo, LEFT)
    assert page.form.values() == before
    assert not page.presets.undo.isVisible()


def test_what_was_written_since_is_not_taken_back(page):
    pick(page, 1)
    assert page.presets.undo.isVisible()
    page.form.field("factors").input.setText("64")
    assert not page.presets.undo.isVisible()
    assert page.presets.box.currentIndex() == -1


def test_what_it_gave_and_that_this_is_other_data_is_said(page):
    pick(page, 1)
    assert page.presets.about.text().startswith(
        "MovieLens 1M in time order, 999,601 of its interactions: NDCG@10 0.182"
    )
    assert "(published: 0.182)" in page.presets.about.text()
    assert page.presets.unlike.text() == (
        "Your results will differ: it was trained on 999,601 interactions, this data has 16."
    )
    page.session.project.set_split("random")
    assert page.presets.unlike.text().endswith("it was tested with the split “Last of each user”.")


def test_where_all_is_as_it_was_measured_nothing_is_said(page, monkeypatch):
    monkeypatch.setattr("workbench.training.presets.Preset.same_data", lambda self, data: True)
    pick(page, 1)
    assert page.presets.about.isVisible()
    assert not page.presets.unlike.isVisible()
