"""The map's points: what is drawn where, what the mouse means, and what zooming keeps in its place."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from workbench.app.pages.inspect.point_cloud import Points, colour_of
from workbench.app.widgets.theme import theme

XY = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [np.nan, 0.5], [0.5, 0.5]])
KINDS = np.array([0, 3, -1, 5, 2, 1], np.int8)
PEOPLE = np.array([False, False, False, True, False, True])


@pytest.fixture
def points(qapp, keep, light):
    made = keep(Points(lambda place: f"point {place}"))
    made.resize(300, 200)
    made.set_points(XY, KINDS, PEOPLE)
    made.show()
    return made


def spot_of(points, place):
    row = int(points._row[place])
    return QPointF(*map(float, points.places()[row]))


def drawn(points):
    image = points._drawn()
    return lambda spot, dx=0, dy=0: image.pixelColor(int(spot.x()) + dx, int(spot.y()) + dy)


def test_each_point_is_drawn_in_the_colour_of_its_kind_and_people_are_rings(points):
    at = drawn(points)
    assert points.n == 5
    for place in (0, 1, 2):
        assert at(spot_of(points, place)) == colour_of(int(KINDS[place]))
    for place in (3, 5):
        assert at(spot_of(points, place)).alpha() == 0
        assert at(spot_of(points, place), -2) == colour_of(int(KINDS[place]))
    wide, high = points.width(), points.height()
    assert [round(one) for one in spot_of(points, 0).toTuple()] == [24, high - 24]
    assert [round(one) for one in spot_of(points, 2).toTuple()] == [wide - 24, 24]


def test_the_mouse_means_the_nearest_point_and_tells_what_it_is(points, qtbot):
    for place in (0, 1, 2, 3, 5):
        assert points.nearest(spot_of(points, place) + QPointF(3, -3)) == place
    assert points.nearest(QPointF(90, 90)) == -1
    told = []
    points.clicked.connect(told.append)
    qtbot.mouseClick(points, Qt.MouseButton.LeftButton, pos=spot_of(points, 5).toPoint())
    assert told == [5]
    points.set_points(np.zeros((0, 2)), np.zeros(0, np.int8))
    assert points.nearest(QPointF(1, 1)) == -1


def test_zooming_keeps_what_lies_under_the_mouse_and_showing_all_brings_back(points):
    before, spot = points.places(), spot_of(points, 1)
    points.zoom(3.0, spot)
    assert (spot_of(points, 1) - spot).manhattanLength() < 0.01
    assert (spot_of(points, 0) - spot).manhattanLength() > 2 * 250
    points.shift(5, -7)
    assert (spot_of(points, 1) - spot - QPointF(5, -7)).manhattanLength() < 0.01
    points.show_all()
    np.testing.assert_allclose(points.places(), before)


def test_one_kind_alone_is_strong_and_many_points_are_small(points, monkeypatch):
    points.emphasise(3)
    at = drawn(points)
    assert at(spot_of(points, 1)) == colour_of(3)
    assert at(spot_of(points, 0)) == theme().tokens.color("line")
    points.emphasise(None)
    monkeypatch.setattr("workbench.app.pages.inspect.point_cloud.FEW", 2)
    at = drawn(points)
    assert at(spot_of(points, 0)) == colour_of(0)
    assert at(spot_of(points, 0), 2).alpha() == 0  # shapes are two pixels wide now


def test_circles_are_drawn_around_what_is_marked(points):
    plain = points.grab().toImage()
    points.mark(np.array([0, 4]), np.array([2]))  # the fifth has no place
    marked = points.grab().toImage()
    for place, away in ((0, 5), (2, 6)):
        spot = spot_of(points, place).toPoint()
        assert plain.pixelColor(spot.x() + away, spot.y()) != marked.pixelColor(spot.x() + away, spot.y())
    spot = spot_of(points, 1).toPoint()
    assert plain.pixelColor(spot.x() + 5, spot.y()) == marked.pixelColor(spot.x() + 5, spot.y())
