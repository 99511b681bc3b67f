"""A server on a real socket: what it answers, under load, to slow clients, and while a run is trained again."""

import csv
import http.client
import io
import json
import os
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import recommend
from workbench.serving import server, shelf
from workbench.serving.app import create_app
from workbench.serving.figures import Figures
from workbench.serving.impressions import ImpressionLog
from workbench.serving.questions import ListQuestion
from workbench.serving.shelf import Shelf
from workbench.training.run import Run
from workbench.training.train import train_run

for library in ("fastapi", "uvicorn"):
    pytest.importorskip(library, reason="the extra serve is not installed: pip install -e .[serve]")

TOKEN = "0123456789abcdef"  # noqa: S105 - of a server that lives for a second


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    rng = np.random.default_rng(0)
    rows = [(user, int(item), 3, at) for user in range(30) for at, item in enumerate(rng.permutation(25)[:8])]
    build(rows).save(folder / "data")
    made = Run.create(folder / "runs" / "one", folder / "data", "ease")
    train_run(made.folder)
    return Run.open(made.folder)


@pytest.fixture(scope="module")
def port(run):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "POLL_SECONDS", 0.02)
        listening = server.listen_at("127.0.0.1", 0)
        made = server.new_server(create_app(Shelf([run.folder]), TOKEN, rate=10_000))
        thread = threading.Thread(target=made.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        made.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def ask(port, path, body=None, secret=TOKEN):
    """Status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    head = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    try:
        connection.request("GET" if data is None else "POST", path, data, head)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text.decode()


def person(run, row=3):
    return run.data.user_ids[row].as_py()


def test_statuses(port, run):
    wanted, lists = {}, "/models/one/recommend"
    user, item = person(run), run.data.item_ids[0].as_py()
    cases = [
        (200, "/health", None),
        (200, "/models", None),
        (200, "/openapi.json", None),
        (200, lists, {"user": user}),
        (200, lists, {"history": []}),
        (200, "/models/one/recommend/batch", {"people": [{"user": user}, {"history": [item]}]}),
        (200, "/models/one/similar", {"item": item}),
        (200, "/models/one/explain", {"user": user, "item": item}),
        (200, "/models/one/score", {"user": user, "items": [item]}),
        (404, lists, {"user": "nobody"}),
        (404, lists, {"history": ["nothing"]}),
        (404, "/models/other/recommend", {"user": user}),
        (404, "/nowhere", None),
        (404, "/docs", None),  # it would load scripts from elsewhere
        (422, lists, {"user": user, "k": 10**9}),
        (422, lists, {"user": user, "history": []}),
        (422, lists, {"user": user, "amount": 3}),
        (422, lists, b"{broken"),
        (422, lists, {"user": user, "k": "5"}),
        (422, lists, b'{"user": "a", "k": NaN}'),
        (422, lists, b'{"user": "a", "k": 1e400}'),
        (422, lists, b'{"user": "\\ud800"}'),
        (422, "/events", b'{"events": [{"user": "\\ud800", "item": "x"}]}'),
        (413, lists, b"0" * (2**20 + 1)),
    ]
    for status, path, body in cases:
        found = ask(port, path, body)
        wanted[path, str(body)[:40]] = status, found[0], found[1] if found[0] != status else ""
    assert {case: both for case, both in wanted.items() if both[0] != both[1]} == {}
    assert ask(port, "/models", None, "wrong")[0] == 401
    assert ask(port, "/health", None, "wrong")[0] == 200


def test_lists_are_those_of_recommend(port, run):
    fold, ids = run.fold, run.data.item_ids.to_pylist()
    rows = np.arange(30)
    histories, had = fold.shown_at_test.by_user.rows(rows), fold.seen_at_test.by_user.rows(rows)
    wanted = recommend(run.trained_algorithm(), rows.astype(np.int32), histories, 6, had, fold.train.item_counts)
    people = [{"user": person(run, row), "k": 6} for row in rows.tolist()]
    lists = ask(port, "/models/one/recommend/batch", {"people": people})[1]["lists"]
    assert [[one["item"] for one in made["items"]] for made in lists] == [
        [ids[at] for at in row] for row in wanted.items
    ]
    first = lists[3]["items"]
    left = {"exclude": [first[0]["item"]], "include": [one["item"] for one in first[:3]]}
    some = ask(port, "/models/one/recommend", {"user": person(run), **left})[1]["items"]
    assert [one["item"] for one in some] == [one["item"] for one in first[1:3]]


def test_an_event_changes_the_history_at_once(port, run):
    item = run.data.item_ids[1].as_py()
    assert ask(port, "/models/one/recommend", {"user": "new one"})[0] == 404
    events = [{"user": "new one", "item": item}, {"user": "new one", "item": "unheard of"}]
    assert ask(port, "/events", {"events": events}) == (200, {"taken": 1, "unknown_items": 1})
    listed = ask(port, "/models/one/recommend", {"user": "new one", "k": 5})[1]["items"]
    assert listed == ask(port, "/models/one/recommend", {"history": [item], "k": 5})[1]["items"]
    best = ask(port, "/models/one/recommend", {"user": person(run, 7), "k": 1})[1]["items"][0]["item"]
    ask(port, "/events", {"events": [{"user": person(run, 7), "item": best}]})
    then = ask(port, "/models/one/recommend", {"user": person(run, 7), "k": 25})[1]["items"]
    assert best not in [one["item"] for one in then]


def test_many_at_once_while_the_run_is_trained_again(port, run):
    model = run.folder / "model.safetensors"

    def train_again():
        for later in range(1, 4):
            os.utime(model, ns=(model.stat().st_atime_ns, model.stat().st_mtime_ns + later))
            time.sleep(0.05)

    with ThreadPoolExecutor(33) as pool:
        training = pool.submit(train_again)
        asked = [{"user": person(run, at % 30), "k": 5} for at in range(200)]
        found = Counter(status for status, _ in pool.map(lambda one: ask(port, "/models/one/recommend", one), asked))
        training.result()
    assert found == {200: 200}
    deadline = time.monotonic() + 10
    while "workbench_reloads 0" in (told := ask(port, "/metrics")[1]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "workbench_reloads 0" not in told
    assert 'workbench_requests_total{route="/models/{name}/recommend",status="200"}' in told
    assert person(run) not in told


def test_who_sends_no_request_is_hung_up_on(port, monkeypatch):
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.6)
    slow = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(20)]
    for one in slow:
        one.sendall(b"POST /models/one/recommend HTTP/1.1\r\nHost: x\r\n")
    assert ask(port, "/health")[0] == 200
    assert [one.recv(100) for one in slow] == [b""] * 20
    for one in slow:
        one.close()


def test_too_many_requests_are_told_to_wait(run):
    gate = create_app(Shelf([run.folder]), rate=1.0)
    assert [gate.buckets.take("here") for _ in range(4)] == [True, True, False, False]
    assert gate.buckets.take("elsewhere")


def test_other_computers_need_a_token(tmp_path):
    with pytest.raises(WorkbenchError, match="a token is needed"):
        server.read_token(None, "0.0.0.0")  # noqa: S104 - it is refused
    (tmp_path / "token").write_text("short\n")
    with pytest.raises(WorkbenchError, match="at least 16"):
        server.read_token(tmp_path / "token", "127.0.0.1")
    (tmp_path / "token").write_text(TOKEN + "\n")
    assert server.read_token(tmp_path / "token", "0.0.0.0") == TOKEN  # noqa: S104 - it is not listened at


def test_propensities_are_those_of_the_whole_policy(tmp_path):
    log = ImpressionLog(tmp_path / "log.csv", explore=0.5)
    best = [{"item": f"i{at}"} for at in range(log.candidates(2))]
    asked = ListQuestion(user="ann", k=2)
    for _ in range(3000):
        log.show(asked, best)
    log.clicked("ann", "i0")
    log.show(ListQuestion(history=[], k=2), best)
    log.close()
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert list(rows[0]) == ["user", "item", "position", "clicked", "propensity", "time"]
    assert len(rows) == 6000
    assert "ann" not in (tmp_path / "log.csv").read_text()
    assert sum(row["clicked"] == "1" for row in rows) == 1
    told = {(row["item"], row["position"]): float(row["propensity"]) for row in rows}
    shown = Counter((row["item"], row["position"]) for row in rows)
    assert told["i0", "1"] == 0.5 + 0.5 / 4
    assert told["i3", "1"] == 0.5 / 4
    assert all(abs(shown[place] / 3000 - chance) < 0.05 for place, chance in told.items())


def test_it_does_not_outlive_who_has_started_it(monkeypatch):
    for said, ends in (("", True), ("stay\n", False)):
        made = SimpleNamespace(should_exit=False)
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        server._end_with_input(made, "stay")
        assert made.should_exit is ends


def test_who_watches_a_server_is_no_request_of_it():
    figures = Figures()
    for route, seconds in (("/metrics", 5.0), ("/health", 5.0), ("/models/{name}/recommend", 0.25)):
        figures.note(route, 200, seconds)
    text = figures.text({})
    assert 'quantile="0.99"} 0.250000' in text
    assert "workbench_requests_per_second 1\n" in text
    assert 'route="/metrics",status="200"} 1' in text
