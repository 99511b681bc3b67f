"""What a request costs above `recommend`, and a thousand of them at 32 at once, on the embedded sample.

Run with ``pytest tests/benchmarks/test_serving.py -m benchmark -s``: a minute. The load comes from a process of its own.
"""

import json
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest

from workbench.cli import main
from workbench.evaluation.ranking import recommend
from workbench.resources import resource
from workbench.serving import server
from workbench.serving.app import create_app
from workbench.serving.shelf import Shelf
from workbench.training.run import Run

pytestmark = pytest.mark.benchmark
REQUESTS, AT_ONCE, CPU_MS = 1000, 32, 3.0
LOAD = """
import http.client, json, sys, threading, time
port, users, number, at_once = json.loads(sys.argv[1])
took, statuses, lock = [], [], threading.Lock()
def work(first):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for at in range(first, number, at_once):
        began = time.perf_counter()
        body = json.dumps({"user": users[at % len(users)]})
        connection.request("POST", "/models/ease/recommend", body, {"Content-Type": "application/json"})
        answer = connection.getresponse(); answer.read()
        with lock:
            took.append(time.perf_counter() - began); statuses.append(answer.status)
threads = [threading.Thread(target=work, args=(first,)) for first in range(at_once)]
[one.start() for one in threads]; [one.join() for one in threads]
took.sort()
errors = sum(s != 200 for s in statuses)
print(json.dumps({"errors": errors, "n": len(took), "p50": took[len(took)//2], "p99": took[int(.99*len(took))]}))
"""


def test_a_request_costs_little_above_the_list(tmp_path):
    file = str(resource("samples/movielens-small/ratings.csv"))
    assert main(["train", file, "--algorithm", "ease", "--run", str(tmp_path / "ease"), "--quiet"]) == 0
    run = Run.open(tmp_path / "ease")
    algorithm, fold, users = run.trained_algorithm(), run.fold, run.data.user_ids.to_pylist()
    began = 0.0
    for number in range(1 + REQUESTS // 5):
        began = began or (time.process_time() if number else 0.0)
        one = np.array([number % len(users)])
        shown, had = fold.shown_at_test.by_user.rows(one), fold.seen_at_test.by_user.rows(one)
        recommend(algorithm, one.astype(np.int32), shown, 10, had, fold.train.item_counts)
    alone = (time.process_time() - began) / (REQUESTS // 5) * 1000
    listening = server.listen_at("127.0.0.1", 0)
    made = server.new_server(create_app(Shelf([run.folder]), rate=1e6))
    thread = threading.Thread(target=made.run, kwargs={"sockets": [listening]})
    thread.start()
    memory, found = psutil.Process().memory_info().rss, []
    for at_once, number in ((1, REQUESTS // 5), (AT_ONCE, REQUESTS)):
        before, wall = time.process_time(), time.perf_counter()
        asked = json.dumps([listening.getsockname()[1], users, number, at_once])
        told = json.loads(subprocess.run([sys.executable, "-c", LOAD, asked], capture_output=True, check=True).stdout)
        each = (time.process_time() - before) / number * 1000
        found.append(told | {"cpu_ms": each, "per_second": number / (time.perf_counter() - wall)})
    made.should_exit = True
    thread.join(20)
    grown = (psutil.Process().memory_info().rss - memory) / 1e6
    sys.stderr.write(
        f"recommend alone {alone:.2f} ms; at 1 and {AT_ONCE} at once {found}; memory grew by {grown:.0f} MB\n"
    )
    assert [one["errors"] for one in found] == [0, 0]
    assert found[1]["n"] == REQUESTS
    assert found[0]["cpu_ms"] - alone <= CPU_MS
