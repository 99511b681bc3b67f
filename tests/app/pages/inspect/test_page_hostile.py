"""Every panel of the page Inspect with data that nobody would wish for, through the real worker."""

import numpy as np
import pyarrow as pa
import pytest

from tests.app.pages.inspect.test_page import open_at  # noqa: F401 - a fixture
from tests.app.trained import interactions, make_project
from workbench.data.side_files.items import Items
from workbench.training.weights import load_weights, save_weights

LONG = "ab " * 3400  # 10,200 letters
TITLES = [
    LONG,
    "سينما باراديسو",
    "\u202eואלס עם באשיר",
    "千と千尋の神隠し\n千与千寻",
    "",
    None,
    "=cmd|' /C calc'!A0\t<b>&amp;",
    "👩\u200d👩\u200d👧 a\u0301\u0301\u0301",
    "x" * 10_000,
    "Plain",
    "One that nobody likes",
    "One that training has not met",
]
GENRES = [[LONG] * 3, ["דרמה"], ["動畫", "動畫"], [], None, [""], ["<i>War</i>"], ["Drama"], ["x" * 10_000], ["Drama"],
          ["Drama"], ["Drama"]]  # fmt: skip
UNLIKED, UNMET = "i10", "i11"


def odd():
    """Eight people on a ring of ten items, all rated alike and at the same time; somebody who likes nothing; odd titles."""
    pairs = [(f"u{n}", f"i{(n + step) % 10}", 3.0) for n in range(8) for step in range(5)]
    pairs += [("u0", UNMET, 3.0), ("alone", UNLIKED, 0.5)]
    users, items, ratings = (list(one) for one in zip(*pairs, strict=True))
    data = interactions(users, items, ratings, [7] * len(pairs))
    order = [int(one[1:]) for one in data.item_ids.to_pylist()]
    columns = pa.array([TITLES[at] for at in order]), pa.array([None] * len(order), pa.int16())
    return data, Items(data.item_ids, *columns, pa.array([GENRES[at] for at in order], pa.list_(pa.string())))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Odd data under popularity, EASE and factors."""
    return make_project(tmp_path_factory.mktemp("odd") / "films", *odd(), algorithms=("popularity", "ease", "ials"))


def texts(widget):
    from PySide6.QtWidgets import QLabel

    return [one.text() for one in widget.findChildren(QLabel) if one.isVisible()]


class Tour:
    """Looks at every panel."""

    def __init__(self, opened):
        self.opened, self.page, self.size = opened, opened.page, opened.window.size()
        self.until = opened.until
        self.until(lambda: self.page._shown is not None)

    def look(self):
        assert not self.opened.window.grab().isNull()
        assert self.opened.window.size() == self.size
        assert max(map(len, texts(self.opened.window))) < 600
        assert self.page.failure.card is None

    def why(self):
        reasons = self.page.user.left.reasons
        self.page.user.left.turn("why")
        for row in range(min(3, len(self.page.list.items))):
            self.page.list.select(row)
            self.page.user.ask_why()
            self.until(lambda: reasons.sentence.text() and not reasons._question.pending)
            self.look()
        if reasons.check.isEnabled():
            self.opened.click(reasons.check)
        self.until(lambda: not reasons._faith.pending)
        self.page.user.left.turn("history")

    def beside(self):
        choice = self.page.user.beside.choice
        for place in range(1, choice.count()):
            choice.setCurrentIndex(place)
            self.page.user.beside._choose()
            self.until(lambda: not self.page.user.beside._question.pending)
            self.look()
        choice.setCurrentIndex(0)
        self.page.user.beside._choose()

    def what_if(self):
        user, listed = self.page.user, []
        user.listed.connect(lambda: listed.append(1))
        for step in (
            lambda: user.left.table.items and (user.left.table.select(0), user.what_if.remove.click()),
            lambda: user.what_if.add("i0"),
            lambda: (user.left.table.select(0), user.what_if.rating.setValue(-1e9)),
            user.what_if.start_from_nothing,
            lambda: user.what_if.add(UNMET),
        ):
            listed.clear()
            if step() != []:
                self.until(lambda: listed and not user._lists.pending)
            self.look()
            if user.right.table.items:
                user.right.table.select(0)
                user.ask_why()
                self.until(lambda: not user.left.reasons._question.pending)
                self.look()
                user.left.turn("history")
        assert self.page.heading == "New user"
        user.what_if.clear()

    def reorder(self):
        user = self.page.user
        user.left.turn("reorder")
        for change in (
            *(lambda slider=slider: slider.setValue(20) for slider in user.left.reorder.sliders.values()),
            lambda: user.left.reorder.method.setCurrentIndex(1),
            lambda: user.left.reorder.per_genre.setValue(1),
            lambda: user.right.table.items and (user.right.table.select(0), user.right.exclude()),
        ):
            change()
            self.until(lambda: not user._lists.pending)
            self.look()
        user.left.reorder.clear()
        user.left.turn("history")

    def items(self):
        for item in (UNLIKED, UNMET, "i0", "i5"):
            self.page.open_item(item)
            self.until(lambda: not self.page.item_view._stories.pending)
            self.look()
        self.page.item_view.go_back()

    def map(self):
        self.page.show_view("map")
        self.until(lambda: not self.page.map._maps.pending)
        assert self.page.map.points.n
        for who in self.page.map.who.buttons:
            self.opened.click(self.page.map.who.buttons[who])
            self.look()
        for place in range(len(self.page.map._table)):
            assert len(self.page.map.about(place)) < 300
        self.page.show_view("user")


@pytest.mark.parametrize(("run", "user", "shade"), [("1-ease", "u0", "light"), ("2-ials", "u1", "dark")])
def test_every_panel_bears_odd_titles_and_ties(open_at, project, light, run, user, shade):  # noqa: F811
    light.set_mode(shade, keep=False)
    project.view["selection"] = {"user": user, "runs": [run]}
    project.save()
    tour = Tour(open_at(project))
    assert tour.page.runs.run_id == run
    tour.opened.user(user)
    assert np.isfinite([one["score"] for one in tour.page.list.items]).all()
    for panel in (tour.why, tour.beside, tour.reorder, tour.what_if, tour.items, tour.map):
        panel()
    tour.opened.session.selection.select_user("alone")  # nothing of whom is hidden
    tour.opened.user("alone")
    assert tour.page.user.right.hint.full_text() == "no test items"
    assert len(tour.page.list.items) == 11
    tour.why()


def test_a_model_of_no_numbers_is_told(open_at, tmp_path):  # noqa: F811
    project = make_project(tmp_path / "films", interactions(["a", "b"] * 3, ["x", "y", "z"] * 2), algorithms=("ials",))
    model = project.runs_folder / "0-ials" / "model.safetensors"
    learned, epoch = load_weights(model)
    learned["item_factors"][1] = np.nan
    save_weights(model, learned, epoch)
    opened = open_at(project)
    opened.until(lambda: opened.page.failure.card is not None)
    assert any("values that are not numbers" in text for text in texts(opened.page.failure.card))


def test_one_user_alone(open_at, tmp_path):  # noqa: F811
    project = make_project(tmp_path / "films", interactions(["only"] * 3, ["a", "b", "c"]), algorithms=("ease", "ials"))
    tour = Tour(open_at(project))
    tour.why()
    tour.beside()
    tour.reorder()
    tour.page.open_item("a")
    tour.until(lambda: not tour.page.item_view._stories.pending)
    tour.map()
    tour.page.kinds.ask("alike")
    tour.until(lambda: tour.page.search.found is not None)
    assert tour.page.search.found.users() == []
