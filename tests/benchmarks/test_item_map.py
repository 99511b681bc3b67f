"""How long a frame of the map takes while one zooms and moves it, with 100,000 items and 100,000 people.

``pytest -n0 -s -m benchmark -o faulthandler_timeout=0 tests/benchmarks/test_item_map.py``. A frame is what the window
does for one turn of the wheel, one step of a drag or one move of the mouse: taking it up, and painting all of the map.
"""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from workbench.app.main import dress
from workbench.app.pages.inspect.point_cloud import Points

pytestmark = pytest.mark.benchmark

N, FRAME, FRAMES = 100_000, 16, 60
SIZE = (1600, 900)


@pytest.fixture
def cloud(qapp, keep):
    """Make a map of items and people, in clumps as maps have them."""
    dress(qapp)

    def make(n, people):
        random = np.random.default_rng(0)
        middles = random.normal(size=(40, 2))
        xy = middles[random.integers(40, size=n + people)] + 0.15 * random.normal(size=(n + people, 2))
        points = keep(Points(str))
        points.resize(*SIZE)
        points.set_points(xy, random.integers(-1, 6, n + people).astype(np.int8), np.arange(n + people) >= n)
        points.mark(random.integers(n, size=200), random.integers(n, size=20))
        points.show()
        return points

    return make


@pytest.mark.parametrize("people", [0, N])
@pytest.mark.parametrize("what", ["zoom", "move", "point", "only one genre"])
def test_a_frame(cloud, qapp, say, what, people):
    points = cloud(N, people)
    random = np.random.default_rng(1)
    spots = [QPointF(*random.uniform((0, 0), SIZE)) for _ in range(FRAMES)]
    points.grab()
    wall, used = [], []
    for at, spot in enumerate(spots):
        began = time.perf_counter(), time.process_time()
        if what == "zoom":
            points.zoom(1.2 if at % 12 < 6 else 1 / 1.2, spot)
        elif what == "move":
            points.shift(7, -3)
        elif what == "point":
            points.hover(spot)
        else:
            points.emphasise(at % 7 - 1)
        points.grab()
        wall.append(1000 * (time.perf_counter() - began[0]))
        used.append(1000 * (time.process_time() - began[1]))
    told = [
        f"p50 {np.median(one):.1f}, p95 {np.percentile(one, 95):.1f}, worst {max(one):.1f} ms" for one in (wall, used)
    ]
    size = "x".join(map(str, SIZE))
    say(
        f"map: {what}, {N:,} items, {people:,} users",
        told[0],
        f"{FRAME} ms",
        f"processor {told[1]}; {size}, {FRAMES} frames",
    )
    assert np.percentile(used, 95) <= FRAME
