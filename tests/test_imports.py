"""No module and no room imports another in a circle, not even lazily or for its types."""

import ast
import importlib
import re
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def modules():
    """Every module of the program and its file."""
    found = {}
    for path in sorted((ROOT / "workbench").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(source, known):
    """Modules of the program that a source imports anywhere: at its top, in functions, for types."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in known or node.module in known:
                    yield whole if whole in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def graph(files):
    return {name: set(imports(path.read_text(encoding="utf-8"), files)) - {name} for name, path in files.items()}


def room(name, files):
    """A folder is a room; what lies at the top of the program or of the window is one of its own, as is an index.

    A page with the folders inside it is one room.
    """
    page = re.match(r"workbench\.app\.pages\.\w+", name)
    if page:
        return page[0]
    path = files[name]
    if path.parent in (ROOT / "workbench", ROOT / "workbench" / "app") or path.name == "__init__.py":
        return name
    return f"{name.rpartition('.')[0]}/"


def circle(arrows):
    """The first circle that is found, None where there is none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) is not None
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) is None


@pytest.mark.parametrize("source", ["def f():\n    from workbench.files import a", "import workbench.files"])
def test_imports_in_functions_count(source):
    assert list(imports(source, {"workbench.files": None})) == ["workbench.files"]


@pytest.fixture(scope="module")
def files():
    return modules()


@pytest.fixture(scope="module")
def arrows(files):
    return graph(files)


def test_no_module_is_in_a_circle(arrows):
    assert len(arrows["workbench.app.shell.window"]) > 5, "the graph is not read"
    assert circle(arrows) is None


def test_no_room_is_in_a_circle(files, arrows):
    """Two folders never need each other. An index such as `metrics/__init__.py` finds its members by name."""
    rooms = defaultdict(set)
    for name, needed in arrows.items():
        own = room(name, files)
        for one in needed:
            if room(one, files) != own and room(one, files) != "workbench.metrics":
                rooms[own].add(room(one, files))
    assert circle(rooms) is None


def test_collecting_tests_loads_nothing_that_takes_seconds(loaded_too_early):
    assert not loaded_too_early, "import it in the functions that use it, not at the top"


def missing(path):
    """What a file asks of the program or of the tests, anywhere in it, that is not there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in {"tests", "workbench"}:
            module = importlib.import_module(node.module)
            for alias in node.names:
                inside = hasattr(module, "__path__") and find_spec(f"{node.module}.{alias.name}")
                if not hasattr(module, alias.name) and not inside:
                    yield f"{path.name}:{node.lineno}: {node.module}.{alias.name}"


def test_benchmarks_import_what_there_is(tmp_path):
    """They are not collected with the tests, where a name that has moved would be missed."""
    files = sorted((ROOT / "tests" / "benchmarks").rglob("*.py"))
    assert len(files) > 20
    assert not [lack for path in files for lack in missing(path)]
    (tmp_path / "moved.py").write_text("def late():\n    from workbench.files import no_such_name")
    assert list(missing(tmp_path / "moved.py")) == ["moved.py:2: workbench.files.no_such_name"]
