"""A plugin of pytest for one file of the program: which tests run which of its lines, or only some tests.

``COVER_FILE`` is that file and ``COVER_OUT`` where the lines of each test are written as JSON; ``ONLY_TESTS`` names a JSON
list of tests, and all others are left out.
"""

import json
import os
import sys
import threading
from pathlib import Path

import pytest

FILE, OUT, ONLY = (os.environ.get(name, "") for name in ("COVER_FILE", "COVER_OUT", "ONLY_TESTS"))
_lines: dict[str, set[int]] = {}


def pytest_collection_modifyitems(config, items):
    if ONLY:
        wanted = set(json.loads(Path(ONLY).read_text(encoding="utf-8")))
        items[:] = [item for item in items if item.nodeid in wanted]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    if not FILE:
        return (yield)
    seen = _lines.setdefault(item.nodeid, set())

    def inside(frame, event, arg):
        seen.add(frame.f_lineno)
        return inside

    def trace(frame, event, arg):
        return inside(frame, event, arg) if frame.f_code.co_filename == FILE else None

    threading.settrace(trace)
    sys.settrace(trace)
    try:
        return (yield)
    finally:
        sys.settrace(None)
        threading.settrace(None)


def pytest_sessionfinish(session):
    if FILE:
        found = {test: sorted(lines) for test, lines in _lines.items() if lines}
        Path(OUT).write_text(json.dumps(found), encoding="utf-8")
