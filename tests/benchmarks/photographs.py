"""Every page in every state, photographed in a real window: light and dark, in two sizes.

``python -m tests.benchmarks.photographs FOLDER`` opens the window (`DISPLAY` names an X server; without one it is drawn
off the screen, and dialogs are missing), goes through all states on the sample, and writes FOLDER/STATE-THEME-WIDTH.png.
``--tour`` puts those that the README shows into resources/pictures.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.benchmarks.own_window import ROOT, play
from workbench.app.widgets.theme import theme
from workbench.sample import SPLIT

SIZES = ((1280, 720), (1440, 900))
THEMES = ("light", "dark")
CASE = ROOT / "tests" / "data" / "doubts" / "cases" / "04-clicks-0-1.csv"
TOUR = {
    "home": "home-first-light", "data": "data-overview-light", "split": "split-random-light",
    "train": "train-running-light", "compare": "compare-two-light", "inspect": "inspect-list-light",
    "why": "inspect-why-dark", "map": "inspect-map-dark",
}  # fmt: skip
"""Name of a picture in the README's tour, and what it is a photograph of."""
REST = 0.4  # seconds for the layout and late answers to come to rest


class Camera:
    """Photographs what is on the screen, in each theme and size."""

    def __init__(self, person, folder):
        self.person, self.folder, self.taken = person, Path(folder), []

    def take(self, state):
        """One photograph of a state in each theme and size."""
        for shade in THEMES:
            theme().set_mode(shade, keep=False)
            for width, height in SIZES:
                self.person.window.resize(width, height)
                self.person.rest(REST)
                path = self.folder / f"{state}-{shade}-{width}.png"
                where = self.person.window.geometry()
                self.person.window.screen().grabWindow(0, *where.getRect()).save(str(path))
        self.taken.append(state)


def photograph(person, folder, states=None):
    """Go through all groups of states, or those that are named, and photograph each state."""
    camera = Camera(person, folder)
    person.warm()
    trouble = {}
    for name, group in GROUPS.items():
        if states and name not in states and name not in ALWAYS:
            continue
        try:
            group(person, camera)
        except (
            AssertionError,
            AttributeError,
            IndexError,
            TimeoutError,
        ) as error:  # the others are wanted all the same
            trouble[name] = repr(error)
    return {"taken": camera.taken, "trouble": trouble}


def _home(person, camera):
    camera.take("home-first")
    person.click("Try the sample")
    person.at("inspect")
    person.until(lambda: person.page.list.isVisible() and person.page.list.items)
    camera.take("inspect-list")


def _data(person, camera):
    person.turn_to("data")
    person.until(lambda: not person.session.jobs.tasks)
    camera.take("data-overview")
    for tab in ("matrix", "interactions", "users", "refused", "files"):
        if tab in person.page.glance.tabs.buttons:
            person.page.glance.choose(tab)
            camera.take(f"data-{tab}")
    person.page.glance.choose("overview")


def _split(person, camera):
    person.turn_to("split")
    page = person.page
    person.until(lambda: page._known is not None and page._task is None)
    for name, choice in page.choices.items():
        if choice.isEnabled():
            choice.click()
            person.until(lambda: page._known == page._wanted() and page._task is None)
            camera.take(f"split-{name}")
    person.session.project.set_split(*SPLIT)
    person.until(lambda: page._known == page._wanted() and page._task is None)


def _train(person, camera):
    person.turn_to("train")
    camera.take("train-done-at-once")
    page, runs = person.page, person.session.runs
    run = _begin(person, "bpr", {"epochs": 200})
    person.until(page.run.plots.loss.lines)
    person.rest(2)
    camera.take("train-running")
    runs.stop(run)
    person.until(lambda: runs.active() is None)
    camera.take("train-stopped")
    for name, values in (("biased-svd", {"learning_rate": 1.0, "epochs": 3}), ("popularity", {})):
        _begin(person, name, values)
        person.until(lambda: runs.active() is None and not runs.waiting())
        camera.take(f"train-{name}")
    page.algorithms.search.setText("sequence")
    camera.take("train-search")
    page.algorithms.search.clear()


def _search(person, camera):
    person.turn_to("train")
    page, searches = person.page, person.session.searches
    page.algorithms.choose("bpr")
    page.way.buttons["search"].click()
    person.rest(4)  # the time that it will take
    camera.take("search-form")
    page.asked.ranges.rows["factors"].ends[0].setText("900000")
    camera.take("search-form-wrong")
    page.asked.ranges.rows["factors"].ends[0].setText("16")
    _search_on(person, trials=4)
    person.until(lambda: len(searches.all()[-1].trials) > 1)
    camera.take("search-running")
    person.until(lambda: searches.all()[-1].over and not searches.all_active(), 120)
    for tab in ("best", "parallel"):
        page.search.tabs.buttons[tab].click()
        camera.take(f"search-done-{tab}")
    page.algorithms.choose("ease")
    _search_on(person, trials=8, second="seconds")
    person.until(lambda: searches.all()[-1].over and not searches.all_active(), 120)
    page.search.tabs.buttons["goals"].click()
    camera.take("search-goals")
    page.search.train_best.click()
    person.until(lambda: person.session.runs.active() is None and not person.session.runs.waiting(), 60)
    camera.take("search-best-trained")
    page.way.buttons["run"].click()
    person.turn_to("compare")
    camera.take("search-compare")


def _good(person, camera):
    person.turn_to("train")
    person.until(person.page.find_good.isEnabled)
    person.click("Find a good one")
    person.until(lambda: person.page.good.search is not None and person.page.good.search.trials)
    camera.take("train-good-running")
    person.until(lambda: person.page.good.over, 600)
    camera.take("train-good-done")


def _search_on(person, **asked):
    """Ask for a search with these options, and press the button."""
    page, before = person.page, len(person.session.searches.all())
    page.asked.options.set_values({"second": "none", **asked})
    person.until(page.primary.isEnabled)
    page.primary.trigger()
    person.until(lambda: len(person.session.searches.all()) > before)


def _begin(person, name, values):
    """Fill the form of an algorithm and press the button; returns the run."""
    page = person.page
    page.algorithms.choose(name)
    page.presets.fill(values)
    person.until(page.primary.isEnabled)
    page.primary.trigger()
    return person.session.selection.runs[0]


def _compare(person, camera):
    person.turn_to("compare")
    camera.take("compare-untested")
    usable = [info.id for info in person.session.runs.all() if info.state.is_usable]
    person.session.selection.select_runs(usable)
    person.click("Test")
    person.until(lambda: all(person.session.runs.get(one).evaluation for one in usable))
    person.session.selection.select_runs(usable[:2])
    camera.take("compare-two")
    for tab in person.page.pictures.tabs.buttons.values():
        tab.click()
        camera.take(f"compare-chart-{tab.text().lower()}")


def _inspect(person, camera):
    person.turn_to("inspect")
    page = person.page
    person.until(lambda: page.list.isVisible() and page.list.items)
    page.list.selectRow(0)
    page.user.ask_why()
    person.rest(1)
    camera.take("inspect-why")
    page.user.left.turn("reorder")
    camera.take("inspect-reorder")
    page.user.left.turn("history")
    page.user.beside.choose(next(info.id for info in person.session.runs.all() if info.id != page.info.id))
    person.rest(1)
    camera.take("inspect-two-lists")
    page.open_item(page.list.items[0]["item"])
    person.rest(1)
    camera.take("inspect-item")
    page.show_view("map")
    person.rest(2)
    camera.take("inspect-map")
    page.show_view("user")


def _export(person, camera):
    person.turn_to("export")
    person.until(lambda: person.page.info is not None)
    camera.take("export-before")
    person.page.place.take(str(camera.folder / "lists.csv"))
    person.page.primary.trigger()
    person.until(lambda: person.page._task is None)
    camera.take("export-done")
    own = person.page.elsewhere
    own.serve.click()
    person.until(lambda: own.server.address)
    person.rest(3)
    camera.take("export-served")
    own.serve.click()


def _dialogs(person, camera):
    for name in ("palette", "jobs", "settings", "help"):
        person.window.commands[name].trigger()
        person.rest(0.3)
        camera.take(f"dialog-{name}")
        for top in QApplication.topLevelWidgets():
            if top is not person.window and top.isVisible():
                top.close()


def _sheet(person, camera):
    person.drop(CASE)
    person.at("data")
    person.until(lambda: person.find("Use these columns"))
    camera.take("data-sheet")


def _empty(person, camera):
    person.session.close_project()
    for page in person.window.kinds:
        person.turn_to(page)
        camera.take(f"{page}-empty")


GROUPS = {
    "home": _home, "data": _data, "split": _split, "train": _train, "search": _search, "good": _good, "compare": _compare,
    "inspect": _inspect, "export": _export, "dialogs": _dialogs, "sheet": _sheet, "empty": _empty,
}  # fmt: skip
ALWAYS = ("home",)
"""What all others need."""


def main():
    """Photograph, and say what was taken and what could not be."""
    parser = argparse.ArgumentParser("python -m tests.benchmarks.photographs", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--states", nargs="*", choices=list(GROUPS), help="groups of states (all)")
    parser.add_argument("--tour", action="store_true", help="renew the pictures of the README's tour")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    answer = play("photograph", asked.folder / "home", folder=str(asked.folder), states=asked.states)
    if asked.tour:
        for name, state in TOUR.items():
            shutil.copy(asked.folder / f"{state}-{SIZES[-1][0]}.png", ROOT / "resources" / "pictures" / f"{name}.png")
    sys.stdout.write(json.dumps({key: answer[key] for key in ("taken", "trouble")}, indent=2) + "\n")
    return 1 if answer["trouble"] else 0


if __name__ == "__main__":
    sys.exit(main())
