"""A cancel in the middle of an import or a compilation comes when it is over, and the next call works."""

import signal
import sys

import pytest

from workbench.errors import Cancelled
from workbench.uninterrupted import Guard, load_whole


@pytest.fixture
def handler():
    """A handler for SIGTERM as the command line has one; that for SIGINT is Python's own."""

    def cancel(number, frame):
        raise Cancelled

    old = signal.signal(signal.SIGTERM, cancel)
    yield
    signal.signal(signal.SIGTERM, old)


@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Cancelled)])
def test_a_library_is_imported_whole_or_not_at_all(number, error, handler, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    name = f"large_library_{number}"
    (tmp_path / f"{name}.py").write_text(f"import signal\nsignal.raise_signal({int(number)})\nwhole = True\n")
    with pytest.raises(error):
        load_whole(name)
    assert load_whole(name).whole
    assert sys.modules.pop(name).whole
    with pytest.raises(error):  # signals are as they were
        signal.raise_signal(number)


def test_a_compilation_is_finished_and_its_function_works_ever_after():
    numba = load_whole("numba")
    from numba.core import event

    class Interrupt(event.Listener):
        def on_start(self, event):
            signal.raise_signal(signal.SIGINT)

        def on_end(self, event):
            pass

    @numba.njit
    def doubled(number):
        return 2 * number

    with event.install_listener("numba:compile", Interrupt()), pytest.raises(KeyboardInterrupt):
        doubled(2)
    assert doubled(2) == 4


def test_an_exception_ends_the_waiting_and_nested_ones_wait_for_the_last(handler, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "broken_library.py").write_text("import signal\nsignal.raise_signal(signal.SIGTERM)\n1 / 0\n")
    with pytest.raises(Cancelled):
        load_whole("broken_library")
    guard = Guard()
    guard.begin()
    guard.begin()
    signal.raise_signal(signal.SIGINT)
    guard.end()
    with pytest.raises(KeyboardInterrupt):
        guard.end()
    guard.end()  # one too many does no harm
