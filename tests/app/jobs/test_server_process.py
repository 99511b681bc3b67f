"""A server as the window has it: a canned one, that is told to end by the end of its input."""

import sys

import pytest

from workbench.app.jobs import server_process
from workbench.app.jobs.server_process import ServerProcess

CANNED = """
import os, pathlib, socket, sys, threading
words = sys.argv[1:]
token = pathlib.Path(words[words.index("--token-file") + 1]).read_text()
if "broken" in words[1]:
    sys.exit("workbench: It has no model. Train it first.")
listening = socket.create_server(("127.0.0.1", 0))
def answer():
    while True:
        connection = listening.accept()[0]
        asked = connection.recv(9999).decode()
        told = 'workbench_requests_per_second 12.5\\nworkbench_request_seconds{quantile="0.5"} 0.004\\n'
        told += 'workbench_request_seconds{quantile="0.99"} 0.009\\n'
        connection.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n" + told.encode() * (f"Bearer {token}" in asked))
        connection.close()
threading.Thread(target=answer, daemon=True).start()
print("Loading", "Serving at http://127.0.0.1:%d" % listening.getsockname()[1], sep="\\n", file=sys.stderr, flush=True)
said = sys.stdin.readline().strip()
pathlib.Path(words[1] + ".said").write_text(said or "end")
"""


@pytest.fixture
def served(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(server_process, "PROGRAM", [sys.executable, "-S", "-c", CANNED])
    monkeypatch.setattr(server_process, "POLL_MS", 10)
    monkeypatch.setattr(server_process, "FIGURES_MS", 10)
    made = ServerProcess()
    yield made
    made.end()


def test_it_tells_its_address_and_figures_and_ends_when_it_is_asked_to(served, qtbot, tmp_path):
    with qtbot.waitSignal(served.measured) as measured:
        served.start(tmp_path / "ease")
    assert served.address.startswith("http://127.0.0.1:")
    assert f"{served.address}/models/ease/recommend" in served.curl()
    assert served.token in served.curl()
    assert measured.args == [12.5, 0.004, 0.009]
    with qtbot.waitSignal(served.ended) as ended:
        served.end()
    assert ended.args == [""]
    assert (tmp_path / "ease.said").read_text() == "end"
    assert not served.runs


def test_to_stop_it_waits_for_nobody(served, qtbot, tmp_path):
    with qtbot.waitSignal(served.started):
        served.start(tmp_path / "ease")
    with qtbot.waitSignal(served.ended) as ended:
        served.stop()
        assert served.runs, "it was waited for"
    assert ended.args == [""]
    assert not served.runs


def test_it_goes_on_where_that_is_asked(served, qtbot, tmp_path):
    with qtbot.waitSignal(served.started):
        served.start(tmp_path / "ease")
    served.leave()
    qtbot.waitUntil(lambda: (tmp_path / "ease.said").exists() and (tmp_path / "ease.said").read_text() == "stay")


def test_why_it_could_not_begin_is_told(served, qtbot, tmp_path):
    with qtbot.waitSignal(served.ended) as ended:
        served.start(tmp_path / "broken")
    assert ended.args == ["It has no model. Train it first."]
