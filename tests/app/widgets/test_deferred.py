"""A deferred part is made once, when it is needed or ahead, and can be asked for without being made."""

from workbench.app.widgets.deferred import Deferred, next_deferred


class Inner:
    @Deferred
    def last(self):
        return "last"


class Whole:
    def __init__(self):
        self.steps = []

    @Deferred
    def first(self):
        """What comes first."""
        self.steps.append("first")
        return []

    @Deferred
    def inner(self):
        self.steps.append("inner")
        return Inner()

    plain = 3


class Longer(Whole):
    @Deferred
    def after(self):
        return f"after {len(self.steps)}"


def test_a_part_is_made_when_it_is_first_read_and_kept():
    whole = Whole()
    assert Whole.first.made(whole) is None
    assert whole.steps == []
    assert whole.first is whole.first
    assert whole.steps == ["first"]
    assert Whole.first.made(whole) is whole.first
    assert Whole.first.__doc__ == "What comes first."


def test_each_has_its_own():
    one, other = Whole(), Whole()
    assert one.first is not other.first


def test_ahead_parts_are_made_one_at_a_time_with_those_inside_of_them():
    longer, steps = Longer(), []
    while (step := next_deferred(longer)) is not None:
        steps.append(step())
    assert [type(one).__name__ for one in steps] == ["list", "Inner", "str", "str"]
    assert steps[2:] == ["last", "after 2"]
    assert Inner.last.made(longer.inner) == "last"


def test_what_is_there_is_not_made_again_ahead():
    longer = Longer()
    inner = longer.inner
    while (step := next_deferred(longer)) is not None:
        step()
    assert longer.steps == ["inner", "first"]
    assert longer.inner is inner
