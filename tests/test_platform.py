"""Bad builds of Qt are refused with a sentence; the heartbeat sees what holds the window."""

import sys
import time

import pytest

from workbench.app.heartbeat import Heartbeat
from workbench.app.platform_guard import refuse_bad_qt
from workbench.errors import WorkbenchError


class Nones:
    """Counts references as an interpreter does whose calls each lose some."""

    def __init__(self, lost_per_call):
        self.lost_per_call = lost_per_call
        self.count = 5000

    def call(self, size):
        self.count -= self.lost_per_call

    def references(self, of):
        assert of is None
        return self.count


def test_the_installed_qt_is_good():
    refuse_bad_qt()


def test_a_build_that_loses_none_is_refused():
    nones = Nones(lost_per_call=1)
    with pytest.raises(
        WorkbenchError, match=r'PySide6 6\.12\.0 .* pip install "PySide6_Essentials==6\.11\.3"'
    ) as refusal:
        refuse_bad_qt("6.12.0", nones.call, nones.references)
    assert f"Python {sys.version_info[0]}.{sys.version_info[1]}" in str(refusal.value)


@pytest.mark.parametrize("change", [0, -1])
def test_a_build_that_keeps_none_is_not_refused(change):
    # Immortal (Python 3.12 and later): the count stands still. A count that grows is no fault of this kind.
    nones = Nones(lost_per_call=change)
    refuse_bad_qt("6.12.0", nones.call, nones.references)


@pytest.mark.parametrize("version", ["6.11.0", "6.11.1"])
def test_a_build_with_broken_docks_is_refused(version):
    with pytest.raises(WorkbenchError, match=rf"PySide6 {version} does not dock"):
        refuse_bad_qt(version)


def test_the_heartbeat_sees_a_held_window(qtbot):
    beat = Heartbeat()
    beat.start()
    qtbot.waitUntil(lambda: len(beat.gaps) >= 5)
    held = time.perf_counter() + 0.06
    while time.perf_counter() < held:
        pass
    qtbot.waitUntil(lambda: beat.worst >= 60)


def test_the_heartbeat_counts_a_block_at_the_end(qapp):
    beat = Heartbeat()
    beat.start()
    held = time.perf_counter() + 0.03
    while time.perf_counter() < held:
        pass
    beat.stop()
    assert beat.worst >= 30


def test_a_free_window_is_never_late(qtbot, heartbeat):
    qtbot.waitUntil(lambda: len(heartbeat.gaps) >= 40)
    assert sorted(heartbeat.gaps)[len(heartbeat.gaps) // 2] < 10
