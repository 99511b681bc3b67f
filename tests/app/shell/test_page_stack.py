"""Pages are made in steps between which the window lives, and come to the front when all of them is there."""

import pytest
from PySide6.QtWidgets import QWidget

from workbench.app.page import Page
from workbench.app.shell.page_stack import PageStack
from workbench.app.widgets.deferred import Deferred

steps = []


class Plain(Page):
    """Made at once."""

    name, title = "plain", "Plain"

    def shown(self):
        steps.append("plain shown")


class Slow(Page):
    """Made in five steps: the page, two of what is on it, and two parts."""

    name, title = "slow", "Slow"

    def build(self):
        steps.append("slow")
        yield
        steps.append("rest")

    @Deferred
    def left(self):
        steps.append("left")
        return Left()

    def recall(self, view):
        steps.append(f"recall {view['x']}")

    def shown(self):
        steps.append("shown")


class Left(QWidget):
    @Deferred
    def inner(self):
        steps.append("inner")
        return 1


class Unbuilt(Page):
    """Cannot be built to its end."""

    name, title = "unbuilt", "Unbuilt"

    def build(self):
        self.part = QWidget(self)
        yield
        raise ValueError("odd")


class Unmade(Page):
    """Cannot even be begun."""

    name, title = "unmade", "Unmade"

    def build(self):
        self.part = QWidget(self)
        raise ValueError("odd")


class Unshown(Page):
    """Cannot be shown."""

    name, title = "unshown", "Unshown"

    def shown(self):
        raise ValueError("odd")


class Unhidden(Page):
    """Cannot be left."""

    name, title = "unhidden", "Unhidden"

    def hidden(self):
        raise ValueError("odd")


class Forgetful(Page):
    """Cannot take back what it gave."""

    name, title = "forgetful", "Forgetful"

    def recall(self, view):
        raise ValueError("odd")


class Broken(Page):
    """Cannot be made."""

    name, title = "broken", "Broken"

    @Deferred
    def part(self):
        raise ValueError("odd")


@pytest.fixture
def stack(keep, opened):
    steps.clear()
    opened.project.set_view("page.slow", {"x": 1})
    made = keep(PageStack(opened, {one.name: one for one in (Plain, Slow, Broken, Unbuilt)}))
    made.show()
    made.turn_to("plain")
    made.finish()
    steps.clear()
    return made


def test_the_event_loop_comes_round_between_two_steps(stack, qtbot):
    stack.turned.connect(lambda: steps.append("turned"))
    tick = stack._next.timeout
    tick.connect(lambda: steps.append("-"))
    stack.turn_to("slow")
    assert steps == []  # the click is over at once
    assert stack.front.name == "plain"  # and nothing is torn away before the other page is there
    qtbot.waitUntil(lambda: stack.front.name == "slow")
    assert [one for one in steps if one != "-"] == ["slow", "rest", "left", "inner", "recall 1", "turned", "shown"]
    assert steps[-2:] == ["shown", "-"]
    assert steps.count("-") == 6  # five steps and the turn, each in a round of its own


def test_who_asks_for_the_page_gets_all_of_it(stack):
    stack.turn_to("slow")
    assert stack.page.name == "slow"
    assert steps == ["slow", "rest", "left", "inner", "recall 1", "shown"]


def test_who_makes_a_page_without_a_stack_gets_all_of_it(keep, opened):
    steps.clear()
    page = keep(Slow(opened))
    assert page.built
    assert steps == ["slow", "rest"]


def test_a_later_wish_counts(stack, qtbot):
    stack.turn_to("slow")
    stack.turn_to("plain")
    qtbot.wait(1)
    assert stack.page.name == "plain"
    assert "shown" not in steps


def test_where_nobody_can_see_it_nobody_waits(stack):
    stack.hide()
    stack.turn_to("slow")
    assert stack.front.name == "slow"


def test_ahead_a_step_at_a_time(stack, qtbot):
    stack.make_ahead()
    assert steps == []  # the page, with nothing on it yet
    stack.make_ahead()
    assert steps == ["slow"]
    stack.make_ahead()
    stack.make_ahead()
    stack.make_ahead()
    assert steps == ["slow", "rest", "left", "inner"]
    stack.turn_to("slow")  # all there: at once
    assert stack.front.name == "slow"


@pytest.mark.parametrize("name", ["broken", "unbuilt", "unmade", "unshown", "unhidden", "forgetful"])
def test_in_the_place_of_a_page_that_fails_is_a_card(stack, qtbot, name):
    stack.kinds |= {kind.name: kind for kind in (Unmade, Unshown, Unhidden, Forgetful)}
    stack._session.project.set_view("page.forgetful", {"x": 1})
    for _ in range(2):  # nor is what there is of it taken for all of it when somebody asks again
        stack.turn_to(name)
        stack.finish()
        if name == "unhidden":  # fails as it is left
            stack.turn_to("plain")
            stack.finish()
            assert stack.page.name == "plain"
            stack.setCurrentWidget(stack.made[name])
        card = stack.currentWidget().card
        assert card.isVisible()
        assert "cannot be shown" in card.accessibleName()
        assert "ValueError: odd" in card.sentence.text()
        assert stack.made[name].name == name
        qtbot.wait(1)  # what failed is deleted
        stack.turn_to("plain")
        stack.finish()
        assert stack.page.name == "plain"
    for _ in range(9):
        stack.make_ahead()  # the others are made none the less
    assert "inner" in steps


def test_pages_of_a_project_before_are_thrown_away_one_by_one(stack, qtbot):
    stack.turn_to("slow")
    stack.finish()
    old, gone = list(stack.made.values()), []
    for page in old:
        page.destroyed.connect(lambda *_: gone.append(1))
    stack.begin_afresh(keep_unseen=False)
    assert stack.front is None
    assert not any(page.isVisible() for page in old)
    qtbot.waitUntil(lambda: len(gone) == 2)
    stack.turn_to("plain")
    assert stack.page not in old


def test_what_nobody_has_seen_may_serve_another_project(stack):
    stack.make_ahead()
    made = stack.made["slow"]
    stack.begin_afresh(keep_unseen=True)
    assert stack.made == {"slow": made}
