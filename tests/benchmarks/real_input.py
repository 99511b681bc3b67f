"""A mouse and a keyboard of the X server: what is done with them reaches the window by the same way as a person's.

They work in a thread of their own, because a dialog may hold the code that opened it.
"""

import ctypes
import time

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

BETWEEN = 0.012  # seconds between two events
LOOK = 0.05  # seconds between two looks whether something is there
PATIENCE = 60.0  # seconds
SHIFTED = '~!@#$%^&*()_+{}|:"<>?'
KEYS = {
    "Return": 0xFF0D, "Tab": 0xFF09, "Escape": 0xFF1B, "BackSpace": 0xFF08, "Space": 0x20, "Left": 0xFF51, "Up": 0xFF52,
    "Right": 0xFF53, "Down": 0xFF54, "Home": 0xFF50, "End": 0xFF57, "Ctrl": 0xFFE3, "Shift": 0xFFE1, "Alt": 0xFFE9,
}  # fmt: skip


class _Asker(QObject):
    """Runs functions in the thread of the window, for another thread that waits for the answer."""

    wanted = Signal(object)

    def __init__(self):
        super().__init__()
        self.wanted.connect(self._run, Qt.ConnectionType.BlockingQueuedConnection)

    @Slot(object)
    def _run(self, question):
        try:
            question["answer"] = question["function"]()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that asked
            question["error"] = error


class Hands:
    """A mouse and a keyboard; made in the window's thread, used in another. Raises OSError where there is no X server."""

    def __init__(self):
        self._asker = _Asker()
        self._x, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._x.XKeysymToKeycode.restype = ctypes.c_ubyte
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(None))
        if not self._display.value:
            raise OSError("There is no X server; DISPLAY names none.")

    def ask(self, function):
        """What a function returns in the window's thread."""
        question = {"function": function}
        self._asker.wanted.emit(question)
        if "error" in question:
            raise question["error"]
        return question["answer"]

    def until(self, function, what):
        """Wait until a function returns something true in the window's thread; returns that."""
        end = time.monotonic() + PATIENCE
        while not (answer := self.ask(function)):
            assert time.monotonic() < end, f"waited in vain: {what}"
            time.sleep(LOOK)
        return answer

    def click(self, find, what, *, times=1):
        """Wait for a widget, or a widget and a point of it, and click there; nothing else may lie over it.

        Parameters
        ----------
        find
            Returns the widget, or the widget and the point; None while it is not there.
        what
            What it is called where it does not come.
        """

        def place():
            found = find()
            if found is None:
                return None
            widget, at = found if isinstance(found, tuple) else (found, found.rect().center())
            return (widget.mapToGlobal(at), _is_at(widget, widget.mapToGlobal(at))) if widget.isVisible() else None

        point, free = self.until(place, what)
        assert free, f"{what} cannot be reached by the mouse: something else lies at {point.toTuple()}"
        self.move(point - QPoint(1, 1))
        self.move(point)
        for _ in range(times):
            for down in (1, 0):
                self._test.XTestFakeButtonEvent(self._display, 1, down, ctypes.c_ulong(0))
                self._send()

    def move(self, point):
        """Put the pointer there, in pixels of the screen."""
        self._test.XTestFakeMotionEvent(self._display, -1, point.x(), point.y(), ctypes.c_ulong(0))
        self._send()

    def key(self, chord, times=1):
        """Press keys such as ``Ctrl+K`` or ``Return``."""
        codes = [self._code(name) for name in (chord.split("+") if len(chord) > 1 else [chord])]
        for code, down in [*((code, 1) for code in codes), *((code, 0) for code in reversed(codes))] * times:
            self._test.XTestFakeKeyEvent(self._display, code, down, ctypes.c_ulong(0))
            self._send()

    def type(self, text):
        """Type a text."""
        for letter in text:
            self.key(f"Shift+{letter}" if letter.isupper() or letter in SHIFTED else letter)

    def _code(self, name):
        code = self._x.XKeysymToKeycode(self._display, KEYS.get(name) or ord(name.lower()))
        assert code, f"the keyboard has no {name}"
        return code

    def _send(self):
        self._x.XFlush(self._display)
        time.sleep(BETWEEN)


def _is_at(widget, point):
    there = QApplication.widgetAt(point)
    return there is not None and (there is widget or widget.isAncestorOf(there))
