"""A search on the page Train: ranges instead of values, what it takes, and what it finds while one watches."""

import pytest

from tests.app.pages.train.test_page import shown
from workbench.app.pages.train.page import TrainPage
from workbench.app.pages.train.search_options import SearchOptions, asked_of
from workbench.app.runs.search_store import Searches
from workbench.searching.search_spec import SearchSpec
from workbench.training.run_state import RunState


@pytest.fixture
def page(opened, keep, qtbot, light):
    made = shown(TrainPage(opened), keep, qtbot)
    made.algorithms.choose("ease")
    made.way.buttons["search"].click()
    return made


def start(page, qtbot, seed=0, **options):
    page.asked.options.set_values({"trials": 3, **options})
    page.options.set_values({"seed": seed})
    page._keep_options()
    before = len(page.session.searches.all())
    page.primary.trigger()
    qtbot.waitUntil(lambda: len(page.session.searches.all()) > before)
    info = page.session.searches.all()[-1]
    qtbot.waitUntil(lambda: len(info.trials) == 3 and page.search.table.model().rowCount() == 3)
    return info


def test_the_form_turns_into_ranges_and_back(page):
    row = page.asked.ranges.rows["regularization"]
    assert row.isVisible()
    assert not page.form.isVisible()
    assert [end.text() for end in row.ends] == ["10", "10000"]
    assert page.primary.text() == "Search with 30 trials"
    assert not page.several_runs.isVisible()
    row.ends[0].setText("20000")
    assert row.error == "The smaller number comes first."
    assert not page.asked.valid
    page.primary.trigger()
    assert row.ends[0].hasFocus()
    row.ends[0].setText("0")
    assert row.error
    row.on.click()
    assert page.asked.ranges.wrong.text() == "Tick at least one hyperparameter to search."
    row.on.click()
    row.ends[0].setText("50")
    kept = page.remember()
    page.algorithms.choose("sasrec")
    loss = page.asked.ranges.rows["objective"]
    assert set(loss.choices) == {"softmax", "sampled-softmax", "bce", "gbce"}
    loss.choices["bce"].click()
    assert "bce" not in loss.value()["choices"]
    assert "optimizer" not in page.asked.ranges.rows  # folded away, and not searched
    page.asked.ranges.unfold()
    assert page.asked.ranges.rows["optimizer"].value() is None
    page.asked.ranges.rows["optimizer"].on.click()
    assert "adam" in page.asked.ranges.ranges()["optimizer"]["choices"]
    page.algorithms.choose("bpr")
    page.algorithms.choose("sasrec")
    assert "bce" not in page.asked.ranges.ranges()["objective"]["choices"]
    assert "optimizer" in page.asked.ranges.ranges()  # kept, and so unfolded
    page.recall(kept)
    assert page.asked.ranges.ranges() == {"regularization": {"low": 50, "high": 10_000}}
    page.way.buttons["run"].click()
    assert page.form.isVisible()
    assert page.primary.text() == "Train EASE"
    page.recall({})
    assert not page.searching


def test_what_was_chosen_besides_is_kept_fixed_and_what_is_selected_is_searched_too(page):
    page.algorithms.choose("bpr")
    page.form.set_values({"epochs": 7, "learning_rate": 0.2})  # the rate is searched
    page.asked.set_others(["ease", "bpr", "blend"])
    asked = page.asked.asked(page._drafts, {"seed": 5, "threads": 1})
    assert page.asked.algorithms == ["bpr", "ease"]
    assert asked["fixed"]["bpr"] == {"epochs": 7}
    assert set(asked["ranges"]) == {"bpr", "ease"}
    assert (asked["seed"], asked["options"]) == (5, {"threads": 1})
    assert "EASE" in page.asked.beside.text()


def test_every_choice_of_the_form_is_one_of_a_search(page):
    box = page.asked.options.field("second").input
    names = [box.itemData(at) for at in range(box.count())]
    assert all(box.itemText(at) for at in range(box.count()))
    for name in names:
        values = SearchOptions(second=name, most_megabytes=5, most_list_seconds=1).model_dump()
        spec = asked_of(values)
        assert set(spec) <= set(SearchSpec.model_fields)
        assert spec["limits"] == {"megabytes": 5, "list-seconds": 1}
        assert spec["second"] == (None if name == "none" else name)


def test_a_search_is_watched_stopped_continued_and_opened(page, opened, qtbot):
    info = start(page, qtbot, seed=1)
    panel = page.search
    assert panel.isVisible()
    assert not page.run.isVisible()
    qtbot.waitUntil(lambda: panel.state.text() == "Searching · 3 of 3 trials · 1 given up early")
    assert [trial.number for trial in panel.table.trials()] == [2, 1, 0]
    assert panel.table.model().index(1, 1).data() == "given up"
    assert panel.told.full_text() == "best so far: 0.3000 in trial 3"
    assert "Trial 3 is the best of 3: NDCG@10 0.3000" in panel.words.text()
    panel.tabs.buttons["parallel"].click()
    assert [line.name for line in panel.parallel.lines()][-1] == "trial 3"
    assert not panel.tabs.buttons["goals"].isVisible()
    assert page.estimate.words.full_text() == "Not measured while a run trains"
    page.way.buttons["run"].click()
    assert page.primary.text() == "Queue EASE"
    assert not panel.apart.isVisible()
    opened.project.set_split("last-n", {"n": 2})
    panel.refresh()
    assert panel.apart.text() == "Another split: last 1"
    panel.stop.click()
    assert panel.stop.text() in ("Stop now", "Stop and keep")
    qtbot.waitUntil(lambda: info.state is RunState.STOPPED and panel.go_on.isVisible())
    panel.go_on.click()
    qtbot.waitUntil(lambda: len(info.trials) == 6)
    opened.searches.stop(info.id)
    qtbot.waitUntil(panel.delete.isVisible)
    panel.delete.click()
    assert not opened.searches.all()
    assert page.run.isVisible()
    opened.history.undo()
    qtbot.waitUntil(panel.isVisible)


def test_two_goals_are_drawn_with_their_front(page, qtbot):
    start(page, qtbot, second="seconds")
    panel = page.search
    panel.tabs.buttons["goals"].click()
    assert [(point.name, point.x, point.y) for point in panel.goals.points()] == [("1", 3.0, 0.1), ("3", 1.0, 0.3)]
    assert panel.told.full_text().startswith("1 trial")


def test_the_best_is_queued_on_train_and_validation(page, opened, qtbot, monkeypatch):
    start(page, qtbot)
    qtbot.waitUntil(page.search.train_best.isVisible)
    asked = []
    monkeypatch.setattr(Searches, "train_best", lambda _, name: asked.append(name) or "")
    page.search.train_best.click()
    assert asked == [opened.searches.all()[0].id]


def test_a_split_without_validation_cannot_be_searched_on(page, opened):
    opened.project.set_split("last-n", {"n": 1, "validation": 0})
    assert not page.primary.isEnabled()
    assert "needs a validation part" in page.primary.toolTip()
