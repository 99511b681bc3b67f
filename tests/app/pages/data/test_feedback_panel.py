"""What an event is worth, on the sheet of an offered file: guessed, shown as a table, corrected."""

import pytest

from tests.app.pages.data.test_import_sheet import Shown, shown, write  # noqa: F401
from workbench.app.pages.data.doubt_changes import changed_recipe, ways_out
from workbench.app.pages.data.summary_line import data_subtitle
from workbench.data.importing.importer import import_file, inspect, make_recipe, read_interactions
from workbench.data.importing.recipes import Recipe

pytestmark = pytest.mark.usefixtures("light")
EVENTS = "user,item,event\n" + "".join(f"u{i % 5},i{i % 7},{['view', 'cart', 'buy'][i % 3]}\n" for i in range(30))
CLICKS = "user,item,click,stars\n" + "".join(f"u{i % 5},i{i % 7},{i % 2},{i % 5 + 1}\n" for i in range(30))


def told(sheet):
    return [(each["column"], Recipe(**sheet.recipe()).feedback[0].written()) for each in sheet.recipe()["feedback"]]


def choose(row, effect):
    row.box.setCurrentIndex(row.box.findData(effect))
    row.box.activated.emit(row.box.currentIndex())


def write_number(field, text):
    field.setText(text)
    field.editingFinished.emit()


def test_events_are_guessed_and_corrected(shown, write):  # noqa: F811
    path = write("events.csv", EVENTS)
    sheet = shown.offer(path)
    panel = sheet.worth
    assert panel.isVisible()
    assert panel.summary.full_text() == "event: buy: weight 5, cart: weight 3, view: merely seen"
    assert Recipe(**sheet.recipe()) == make_recipe(path)
    panel.fold.click()
    rows = {row.row.rule.value: row for row in panel.rows}
    assert rows["buy"].label.full_text() == "buy · 33%"
    write_number(rows["buy"].weight, "4")
    choose(rows["view"], "weight")
    choose(rows["cart"], "dislike")
    assert told(sheet) == [("event", ["buy:4", "dislike=cart", "view:1"])]
    assert "guessed" not in sheet.recipe()["feedback"][0]
    about = import_file(path, path.parent / "data", Recipe(**sheet.recipe()))
    assert about["summary"]["worth"] == {"positives": 20, "seen": 0, "dislikes": 10}
    assert data_subtitle(about).endswith("30 rows, all kept · 20 likes, 10 dislikes")
    sheet.change({"feedback": {"event": "buy:5,cart:like,view:seen"}})
    assert told(sheet) == [("event", ["buy:5", "like=cart", "seen=view"])]
    panel.which.show_value(-1)
    panel.which.chosen.emit()
    assert sheet.recipe()["feedback"] == []
    assert panel.summary.full_text() == "each row is a choice, and all count alike"


def test_what_a_doubt_proposes_is_a_button_and_changes_the_recipe(write):  # noqa: F811
    path = write("clicks.csv", CLICKS)
    recipe = make_recipe(path, "user=user,item=item,rating=click").model_dump()
    (doubt,) = inspect(path, recipe=Recipe(**recipe))["doubts"][:1]
    assert list(ways_out(doubt["change"])) == ["Each row is a choice"]
    changed = Recipe(**changed_recipe(recipe, doubt["change"]))
    assert read_interactions(path, changed)[0].weight is None
    events = changed_recipe(recipe, {"feedback": {"stars": "view:1,buy:5"}})
    assert Recipe(**events).read_as_text
    assert events["columns"]["rating"] is None
    assert changed_recipe(recipe, {"columns": {"rating": "stars"}})["feedback"] == []


def test_another_rating_is_worth_something_else(shown, write):  # noqa: F811
    sheet = shown.offer(write("clicks.csv", CLICKS))
    panel = sheet.worth
    sheet.give_role(2, "rating")
    assert told(sheet) == [("click", ["like=1", "seen=0"])]
    sheet.give_role(3, "rating")
    assert told(sheet) == []
    panel.which.show_value(3)  # stars: each a choice, until somebody says otherwise
    panel.which.chosen.emit()
    assert [row.row.rule.value for row in panel.rows] == ["5", "4", "3", "2", "1"]
    assert told(sheet) == []
    choose(panel.rows[4], "dislike")
    assert told(sheet) == [("stars", ["like=5", "like=4", "like=3", "like=2", "dislike=1"])]
    panel.which.show_value(2)
    panel.which.chosen.emit()
    assert sheet.recipe()["columns"]["rating"] == "click"
    assert told(sheet) == [("click", ["like=1", "seen=0"])]


def test_ranges_are_numbers_that_can_be_moved(shown, write):  # noqa: F811
    text = "user,item,seconds\n" + "".join(f"u{i % 5},i{i % 7},{(i * 37) % 100 + 1}\n" for i in range(60))
    sheet = shown.offer(write("watched.csv", text))
    (row,) = sheet.worth.rows
    assert (row.row.rule.effect, row.row.rule.low) == ("log", 30)
    write_number(row.end, "45")
    choose(row, "like")
    assert told(sheet) == [("seconds", ["like>=45"])]
    write_number(row.end, "nonsense")
    assert told(sheet) == [("seconds", ["like>=45"])]
