"""One decorated function is a job: found in its folder, done by the worker, without anything else to edit."""

import ast
import importlib
import io
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

from workbench import jobs, worker
from workbench.jobs import Job, all_jobs

ROOT = Path(__file__).resolve().parents[2]
DECLARATIONS_ALONE = """
import json, sys
from workbench.jobs import all_jobs
assert all_jobs()
print(json.dumps(sorted({"numpy", "pyarrow", "pydantic", "scipy", "torch"} & set(sys.modules))))
"""


def test_a_file_in_the_folder_is_a_job_that_the_worker_does(new_job):
    found = all_jobs()["count"]
    assert (found.title, found.lane, found.silent) == ("Counting letters", "interactive", True)
    out = io.StringIO()
    worker.serve(io.StringIO('{"id": 1, "job": "count", "args": {"word": "four"}}\n'), out)
    assert json.loads(out.getvalue()) == {"id": 1, "event": "done", "result": {"letters": 4}}


def test_no_two_jobs_have_the_same_name():
    members = [
        one.job
        for module in pkgutil.iter_modules(jobs.__path__)
        for one in vars(importlib.import_module(f"workbench.jobs.{module.name}")).values()
        if isinstance(getattr(one, "job", None), Job)
    ]
    assert len(members) > 30
    assert sorted(one.name for one in members) == sorted(all_jobs())


def test_what_is_declared_is_read_without_loading_what_the_jobs_need():
    done = subprocess.run([sys.executable, "-c", DECLARATIONS_ALONE], capture_output=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout) == []


def asked_for():
    """Names of jobs as the window's code writes them."""
    for path in (ROOT / "workbench" / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                given = node.args[{"Latest": 1, "submit": 0}[name] :][:1] if name in ("Latest", "submit") else []
                yield from (one.value for one in given if isinstance(one, ast.Constant))


def test_the_window_asks_for_nothing_that_is_not_declared():
    names = set(asked_for())
    assert {"recommend", "evaluate"} <= names
    assert names <= set(all_jobs())
