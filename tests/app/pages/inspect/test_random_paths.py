"""Whatever a person does on the page Inspect, what is shown is what its heading says, and what is exported."""

import csv
import random

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tests.app.pages.inspect.test_page import open_at  # noqa: F401 - a fixture
from tests.app.trained import N_ITEMS, N_USERS, films, make_project
from workbench.app.pages.inspect.second_list import KEPT
from workbench.app.pages.inspect.user_list import LENGTHS
from workbench.app.session.shown_list import list_heading
from workbench.insight.listing import make_list

PATHS, MOST_STEPS = 40, 4


class Walk:
    """One window, and a person who does whatever comes to their mind, now and then before the last answer is there."""

    def __init__(self, opened, chance):
        self.opened, self.chance = opened, chance
        self.page, self.user = opened.page, opened.page.user
        self.kept = None

    def settle(self):
        waiting = (self.page._lists, self.user._lists, self.user.beside._question)
        self.opened.until(lambda: not any(latest.pending for latest in waiting))
        assert self.page.failure.card is None

    def go_to_a_user(self):
        self.opened.session.selection.select_user(f"u{self.chance.randrange(N_USERS)}")

    def take_a_run(self):
        self.page._choose_run(self.chance.choice(["0-popularity", "1-ease"]))

    def change_the_history(self):
        what_if, table = self.user.what_if, self.user.left.table
        if table.items:
            table.select(self.chance.randrange(len(table.items)))
        self.chance.choice(
            [
                lambda: what_if.add(f"i{self.chance.randrange(N_ITEMS)}"),
                lambda: what_if.add(f"i{self.chance.randrange(N_ITEMS)}"),
                what_if.remove.click,
                lambda: what_if.rating.setValue(self.chance.randrange(1, 6)),
                self.take_somebody_new,
                what_if.clear,
                self.take_back,
            ]
        )()

    def take_somebody_new(self):
        before = self.user.what_if.new_person
        self.user.what_if.start_from_nothing()
        assert before or not self.user.asked.order

    def order_anew(self):
        wishes, items = self.user.left.reorder, self.page.list.items
        slider = self.chance.choice(list(wishes.sliders.values()))
        rules = (
            [lambda: wishes.rule(self.chance.choice(["pin", "exclude"]), self.chance.choice(items))] if items else []
        )
        changes = [
            lambda: slider.setValue(self.chance.randrange(21)),
            lambda: wishes.per_genre.setValue(2),
            wishes.clear,
        ]
        self.chance.choice([*changes, *rules])()

    def take_a_length(self):
        self.user.right.k.setCurrentIndex(self.chance.randrange(len(LENGTHS)))

    def list_seen_items(self):
        self.user.right.seen.click()

    def turn(self):
        self.user.left.turn(self.chance.choice(["history", "why", "reorder"]))

    def lay_beside(self):
        choice = self.user.beside.choice
        choice.setCurrentIndex(self.chance.randrange(choice.count()))
        self.user.beside._choose()

    def keep(self):
        self.user.what_if.keep.click()
        self.kept = self.user.shown, [item["item"] for item in self.page.list.items]

    def take_back(self):
        history = self.opened.session.history
        self.chance.choice([history.undo, history.redo])()

    def path(self):
        """A few steps; the last of them."""
        steps = (
            self.go_to_a_user, self.take_a_run, self.change_the_history, self.order_anew, self.take_a_length,
            self.list_seen_items, self.turn, self.lay_beside, self.keep,
        )  # fmt: skip
        for _ in range(self.chance.randint(1, MOST_STEPS)):
            before = self.opened.session.selection.user
            step = self.chance.choice(steps)
            step()
            if self.chance.random() < 0.7:
                self.settle()
        self.settle()
        return step.__name__ == "go_to_a_user" and before != self.opened.session.selection.user

    def check(self, *, fresh):
        """What is shown is what the heading says; `fresh`: nothing of another user is left in it."""
        shown, right = self.user.shown, self.user.right
        assert shown == self.user.asked
        assert shown.user == (None if self.user.what_if.new_person else self.opened.session.selection.user)
        assert (shown.k, shown.include_seen) == (right.k.currentData(), right.seen.isChecked())
        assert not fresh or not (shown.changes or shown.order or shown.user is None)
        made = make_list(shown)
        ids = made.person.data.item_ids
        assert [item["item"] for item in self.page.list.items] == ids.take(made.items).to_pylist()
        assert right.heading.full_text() == list_heading(self.opened.session, shown)
        history = [item["item"] for item in reversed(self.user.left.table.items)]
        assert history == ids.take(made.person.history.item).to_pylist()
        self.check_beside(shown)

    def check_beside(self, shown):
        beside = self.user.beside
        if beside.current is None:
            return
        rows = [item["item"] for item in beside.table.items]
        assert beside.heading.full_text().endswith(list_heading(self.opened.session, beside.shown))
        if beside.current == KEPT:
            assert (beside.shown, rows) == self.kept
        else:
            made = make_list(beside.shown)
            assert beside.shown == shown.under(beside.shown.run)
            assert beside.shown.run != shown.run
            assert rows == made.person.data.item_ids.take(made.items).to_pylist()

    def export(self, path):
        """Export the list that is shown, and come back."""
        self.page.list.copy()
        self.page.primary.trigger()
        page = self.opened.page
        assert page.users.whom == "list"
        page.place.take(str(path))
        page.primary.trigger()
        self.opened.until(lambda: page._task is None)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.opened.window.show_page("inspect")
        self.settle()
        return rows


@pytest.fixture
def walk(open_at, tmp_path):  # noqa: F811
    opened = open_at(make_project(tmp_path / "films", *films(), algorithms=("popularity", "ease")))
    opened.user("u0")
    return Walk(opened, random.Random(4))


def test_what_is_shown_is_exported_on_forty_random_paths(walk, tmp_path):
    seen = set()
    for number in range(PATHS):
        walk.check(fresh=walk.path())
        shown, items = walk.user.shown, list(walk.page.list.items)
        rows = walk.export(tmp_path / f"{number}.csv")
        assert [row["item"] for row in rows] == [item["item"] for item in items], shown
        assert [int(row["rank"]) for row in rows] == [item["rank"] for item in items]
        assert [np.float32(row["score"]) for row in rows] == [np.float32(item["score"]) for item in items]
        assert {row["user"] for row in rows} <= {shown.user or "new"}
        assert [line.split("\t")[1] for line in QApplication.clipboard().text().splitlines()[2:]] == [
            item["title"] for item in items
        ]
        seen |= {"changes"} if shown.changes else set()
        seen |= {"order"} if shown.order else set()
        seen |= {"new"} if shown.user is None else set()
        seen |= {"seen"} if shown.include_seen else set()
        seen |= {walk.user.beside.current}
    assert seen >= {"changes", "order", "new", "seen", KEPT, None}, "the paths led too rarely anywhere"
