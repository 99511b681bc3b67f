"""Only the window knows Qt, and nothing slow is imported before it is needed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOM = ROOT / "workbench"
IMPORT_BEHIND_A_WALL = """
import importlib, json, sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "pyqtgraph", "ray", "torch", "numba"}:
            raise ImportError(f"{name} is behind the wall")

sys.meta_path.insert(0, Wall())
stopped = {}
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except ImportError as error:
        stopped[name] = str(error)
print(json.dumps(stopped))
"""
IMPORT_THE_WINDOW = """
import json, sys
import workbench.app.main
from workbench.algorithms import all_algorithms
all_algorithms()
print(json.dumps(sorted({"ray", "torch", "numba", "scipy", "workbench.interface"} & set(sys.modules))))
"""


def run(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def modules():
    """Every module but the window; compiled loops and layers come with who imports them."""
    for path in sorted(ROOM.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if not {"app", "kernels", "layers"} & set(parts):
            yield ".".join(parts).removesuffix(".__init__")


def test_everything_but_the_window_imports_without_qt_torch_and_numba():
    names = list(modules())
    assert "workbench.data.interactions" in names
    assert run(IMPORT_BEHIND_A_WALL, json.dumps(names)) == {}


def test_the_wall_stops_what_knows_qt():
    assert "workbench.app.heartbeat" in run(IMPORT_BEHIND_A_WALL, json.dumps(["workbench.app.heartbeat"]))


def test_the_window_imports_nothing_slow():
    assert run(IMPORT_THE_WINDOW) == []


def test_the_rooms_import_in_one_direction():
    pytest.importorskip("importlinter", reason="import-linter is not installed: pip install -e .[dev]")
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
