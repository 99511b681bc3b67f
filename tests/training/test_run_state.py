import ast
from pathlib import Path

import pytest

import workbench
from workbench.training.run_state import RunState

SOURCE = Path(workbench.__file__).parent
VALUES = {state.value for state in RunState}
# The states of the window's short jobs are others, though some have the same names.
JOBS = SOURCE / "app" / "jobs"


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("is_active", "running paused"),
        ("is_over", "done stopped cancelled pruned failed lost"),
        ("is_usable", "done stopped"),
        ("is_resumable", "stopped cancelled pruned failed lost"),
        ("is_failure", "failed lost"),
    ],
)
def test_what_each_state_allows(name, states):
    assert [state.value for state in RunState if getattr(state, name)] == states.split()


def test_each_state_has_words_of_its_own():
    assert len({state.label for state in RunState}) == len(RunState)


@pytest.mark.parametrize(
    "code",
    [
        'if info.state == "running": pass',
        'x = info.state in ("done", "stopped")',
        'x = status["state"] != "failed"',
        'x = status.get("state") in OVER',
        'COLORS = {"done": "green", "failed": "red"}',
        'OVER = frozenset({"done", "lost"})',
        'match state:\n    case "done": pass',
    ],
)
def test_a_state_as_text_would_be_found(code):
    assert states_as_text(ast.parse(code))


def test_no_state_of_a_run_is_written_as_text():
    files = [path for path in SOURCE.rglob("*.py") if path.name != "run_state.py" and JOBS not in path.parents]
    assert len(files) > 100
    found = {path: states_as_text(ast.parse(path.read_text(encoding="utf-8"))) for path in files}
    assert {str(path.relative_to(SOURCE)): lines for path, lines in found.items() if lines} == {}


def states_as_text(tree):
    """Lines in which a state is compared with text, or in which several states stand as text together."""
    return sorted({node.lineno for node in ast.walk(tree) if _compares(node) or _lists(node) or _matches(node)})


def _compares(node):
    if not isinstance(node, ast.Compare):
        return False
    sides = [node.left, *node.comparators]
    texts = {text for side in sides for text in _texts(side)}
    names_set = any(isinstance(side, ast.Name) and side.id.isupper() for side in sides)
    return any(map(_is_state, sides)) and bool(texts & VALUES or (names_set and any(map(_is_entry, sides))))


def _is_state(node):
    if isinstance(node, ast.Attribute):
        return node.attr == "state" and not (isinstance(node.value, ast.Name) and node.value.id == "task")
    return _is_entry(node) or (isinstance(node, ast.Name) and node.id == "state")


def _is_entry(node):
    """Whether it takes the state from a dictionary."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == "state"
    asked = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"
    return bool(asked and node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == "state")


def _lists(node):
    parts = node.keys if isinstance(node, ast.Dict) else [node]
    return isinstance(node, ast.Dict | ast.Set | ast.Tuple | ast.List) and len(_texts(*parts) & VALUES) > 1


def _matches(node):
    return isinstance(node, ast.MatchValue) and bool(_texts(node.value) & VALUES)


def _texts(*nodes):
    inner = [part for node in nodes for part in (node.elts if hasattr(node, "elts") else [node])]
    return {part.value for part in inner if isinstance(part, ast.Constant) and isinstance(part.value, str)}
