"""Find anything: commands, runs, algorithms, settings, users and items, with the real worker."""

import pytest
from PySide6.QtCore import Qt

from tests.app.trained import Opened, films, make_project
from workbench.app.shell.command_palette import CommandPalette
from workbench.app.shell.offers import Finder, Offer


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("films") / "films", *films(), algorithms=("popularity", "ease"))


@pytest.fixture
def opened(qtbot, home, light, keep, real_worker, trained):
    trained.save()
    made = Opened(qtbot, trained, "data", real_worker)
    keep(made.window)
    return made


def find(opened, query, wanted):
    """Open the palette, type, and wait until something wanted stands first."""
    opened.window.open_palette()
    palette = opened.window.findChildren(CommandPalette)[-1]
    opened.qtbot.keyClicks(palette.field, query)
    opened.until(lambda: palette.titles()[:1] == [wanted] and not palette.waiting)
    return palette


def test_what_stands_nowhere_in_the_menus_is_found_and_gone_to(opened):
    session = opened.session
    find(opened, "fiml 3", "Film 3").field.returnPressed.emit()
    assert opened.page.name == "inspect"
    opened.until(lambda: opened.page.views.current == "item" and "Film 3" in opened.page.item_view.title.text())
    find(opened, "user u7", "u7").field.returnPressed.emit()
    assert (session.selection.user, opened.page.views.current) == ("u7", "user")
    find(opened, "popularity", "Popularity").field.returnPressed.emit()  # the run is called so, and the algorithm
    assert (opened.window.page.name, session.selection.runs) == ("train", ["0-popularity"])
    find(opened, "slmi", "SLIM").field.returnPressed.emit()
    assert opened.window.page.algorithms.name == "slim"
    session.project.set_view("page.train", opened.window.page.remember())
    palette = find(opened, "l1 weight", "L1 weight")
    assert palette.list.item(0).data(Qt.ItemDataRole.UserRole).note == "Setting of SLIM"
    palette.field.returnPressed.emit()
    opened.until(opened.window.page.form.field("l1").input.hasFocus)
    assert find(opened, "help", "Shortcuts").titles() == ["Shortcuts"]
    assert "Go to Train" in find(opened, "trane", "Train").titles()
    find(opened, "bpr regularization", "L2 weight").field.returnPressed.emit()  # of an algorithm that is not chosen
    page = opened.window.page
    opened.until(lambda: page.algorithms.name == "bpr" and page.form.field("regularization").input.hasFocus())


def test_return_waits_for_what_is_still_looked_for(opened):
    opened.window.open_palette()
    palette = opened.window.findChildren(CommandPalette)[-1]
    opened.qtbot.keyClicks(palette.field, "u11")
    opened.qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    opened.until(lambda: opened.session.selection.user == "u11")
    assert opened.window.page.name == "inspect"


def test_what_is_called_so_comes_first_and_the_rest_stays_in_its_place():
    done = []
    own = [Offer("Go to Train", "Ctrl+4", lambda: done.append(1), command=True), Offer("Trains", "Run", int)]
    finder = Finder(own)
    others = [Offer("Train to Busan", "Item", int), Offer("train", "User", int, exact=True)]
    assert [one.title for one in finder.find("train")] == ["Trains", "Go to Train"]
    assert [one.title for one in finder.find("train", others)] == ["train", "Trains", "Go to Train", "Train to Busan"]
    assert [one.title for one in finder.find("")] == ["Go to Train"]
    assert [one.title for one in finder.find("gtr")] == ["Go to Train"]
