"""Every text of the window can be found by `lupdate`, and is looked up where it was found."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

from workbench.app.widgets.translate import declared, translate

APP = Path(__file__).resolve().parents[3] / "workbench" / "app"


class Shouting(QTranslator):
    """Translates by saying the context and the text aloud."""

    def translate(self, context, text, *_):
        return f"{context}: {text}".upper()


@pytest.fixture
def shouting(qapp):
    translator = Shouting(qapp)
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def test_texts_are_looked_up_in_their_context(shouting):
    assert translate("Runs", "Paused") == "RUNS: PAUSED"
    assert declared("L2 weight") == "DECLARED: L2 WEIGHT"


def calls():
    """Calls that translate: where, whose method, and what is given."""
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and path.name != "translate.py":
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                owner = getattr(getattr(node.func, "value", None), "id", "")
                if name in ("tr", "_tr", "translate") and owner != "painter":
                    yield f"{path.relative_to(APP)}:{node.lineno}", name, owner, node.args


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_texts_are_written_where_lupdate_looks():
    """As `self.tr("…")` or `translate("Context", "…")`; both lupdate finds, aliases of them it does not."""
    found = list(calls())
    assert len(found) > 1000
    right = {("tr", "self"): 1, ("translate", ""): 2}
    wrong = [
        where
        for where, name, owner, args in found
        if right.get((name, owner)) != len(args) or not all(is_text(one) for one in args)
    ]
    assert wrong == []
