"""The wheel scrolls the page, and changes a field only where a person is in it."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

import workbench.app
from workbench.app.widgets.quiet import QuietBox, QuietDoubleSpinBox, QuietSlider, QuietSpinBox

FIELDS = "Q(?:ComboBox|SpinBox|DoubleSpinBox|Slider|Dial|DateEdit|TimeEdit|DateTimeEdit)"
LOUD = re.compile(rf"(?<!\w){FIELDS}\(|\({FIELDS}\):")


def box():
    made = QuietBox()
    made.addItems("abc")
    made.setCurrentIndex(1)
    return made


MAKE = {
    "box": (box, lambda box: box.currentIndex()),
    "number": (QuietSpinBox, lambda spin: spin.value()),
    "real": (QuietDoubleSpinBox, lambda spin: spin.value()),
    "slider": (lambda: QuietSlider(Qt.Orientation.Horizontal), lambda slider: slider.value()),
}


@pytest.mark.parametrize("name", MAKE)
def test_the_wheel_changes_only_what_has_the_focus(keep, qtbot, name):
    make, value = MAKE[name]
    whole = keep(QWidget())
    column, field, other = QVBoxLayout(whole), make(), QLineEdit()
    column.addWidget(field)
    column.addWidget(other)
    with qtbot.waitActive(whole):
        whole.show()
        whole.activateWindow()
    other.setFocus()
    before = value(field)
    for focused in (False, True):
        if focused:
            field.setFocus()
        where = QPointF(field.rect().center())
        event = QWheelEvent(
            where, field.mapToGlobal(where), QPoint(), QPoint(0, 120 if name != "box" else -120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(field, event)
        assert (value(field) != before) == focused
        assert field.hasFocus() == focused


def test_no_field_of_the_window_takes_the_wheel_by_itself():
    folder = Path(workbench.app.__file__).parent
    files = [path for path in folder.rglob("*.py") if path.name != "quiet.py"]
    assert len(files) > 100
    assert not [path.name for path in files if LOUD.search(path.read_text(encoding="utf-8"))]
