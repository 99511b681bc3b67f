"""What is too long ends with a clause or a folder, and not in a word."""

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit

from workbench.app.widgets.clauses import beginning
from workbench.app.widgets.path_field import PathField, end_of
from workbench.app.widgets.theme import SMALL, font
from workbench.data.splitting import all_splits


@pytest.fixture
def metrics(qapp, light):
    return QFontMetrics(font(SMALL))


def test_a_sentence_ends_with_a_clause_that_fits(metrics):
    sentence = "Splits all into k parts, each the test of one run: slow. Use 12.5, then 3"

    def told(room, lines=1):
        return beginning(sentence, metrics, metrics.horizontalAdvance(room), lines)

    assert told(sentence + ".") == sentence
    assert told(sentence[:-1]) == "Splits all into k parts, each the test of one run: slow"  # a whole sentence first
    assert told("Splits all into k parts, each") == "Splits all into k parts"
    assert told("Splits all in") == "Splits all…"
    assert told("Spl").endswith("…")
    assert told("Splits all into k parts, each", lines=2) == "Splits all into k parts, each the test of one run"


def test_no_split_is_described_by_half_a_word(metrics):
    """In the narrowest window: 280 pixels for what a split does."""
    cut = {
        name: words
        for name, kind in all_splits().items()
        if (words := beginning(kind.sentence, metrics, 280)).endswith("…")
    }
    assert cut == {}


def test_a_long_path_is_shown_by_its_end(metrics, keep, light, qtbot):
    path, width = "/home/somebody/a project/lists.csv", metrics.horizontalAdvance
    assert end_of(path, metrics, width("…/a project/lists.csv") + 1) == "…/a project/lists.csv"
    assert end_of(path, metrics, width("…/a project/lists.csv") - 1) == "…/lists.csv"
    assert end_of(path, metrics, width("lists.cs")).startswith("…")

    def painted(kind, text):
        field = keep(kind())
        field.resize(120, 30)
        field.setText(text)
        field.setCursorPosition(len(text))
        return field.grab().toImage()

    assert painted(PathField, "short.csv") == painted(QLineEdit, "short.csv")
    assert painted(PathField, path) != painted(QLineEdit, path)
    assert painted(PathField, path) == painted(PathField, path.replace("somebody", "nobody"))
