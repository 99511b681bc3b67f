"""Ray, on nodes of this machine: lists as of one process, also when a worker or a node is killed; nothing is sent.

``pip install -e '.[ray]'``, then ``pytest tests/benchmarks/test_ray.py -m benchmark``: a minute, and 1.5 GB of memory.
"""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.data.test_interactions import build
from workbench.control import Control
from workbench.engine import open_engine
from workbench.engine.ray import do_here
from workbench.errors import WorkbenchError
from workbench.export.lists import export_lists
from workbench.insight.looking import load
from workbench.jobs.in_parts import export_in_parts
from workbench.jobs.machines import try_engine
from workbench.training.run import Run
from workbench.training.train import train_run

pytestmark = pytest.mark.benchmark
pytest.importorskip("ray", reason="Ray is not installed: pip install -e .[ray]")
PARTS, PIECE_USERS = 12, 2048


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    n = PARTS * PIECE_USERS
    build([(user, (user * 7 + 3 * step) % 211, 1.0, step) for user in range(n) for step in range(4)]).save(
        folder / "data" / "some"
    )
    made = Run.create(folder / "runs" / "ials", folder / "data" / "some", "ials", {"epochs": 1, "factors": 8})
    train_run(made.folder)
    return made


@pytest.fixture(scope="module")
def whole(run, tmp_path_factory):
    """The bytes of the file of one process."""
    output = tmp_path_factory.mktemp("one") / "lists.csv"
    trained, algorithm, items = load(run.folder)
    export_lists(trained, algorithm, output, items=items)
    return output.read_bytes()


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    """A home of its own, so that the token that Ray makes is not the person's; this process has not read it yet."""
    from ray._private.authentication_test_utils import reset_auth_token_state

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        reset_auth_token_state()
        yield
    reset_auth_token_state()


@pytest.fixture
def two_nodes(private, monkeypatch):
    """A head that does nothing by itself, and two nodes with one core each; their address."""
    import ray
    from ray._private import ray_constants
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # keeps them on loopback
    monkeypatch.setattr(ray_constants, "ENABLE_RAY_CLUSTER", False)
    alone = {"include_dashboard": False, "node_ip_address": "127.0.0.1"}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **alone})
    nodes = [cluster.add_node(num_cpus=1, node_ip_address="127.0.0.1") for _ in range(2)]
    cluster.wait_for_nodes()
    yield cluster, nodes
    ray.shutdown()
    cluster.shutdown()


class Meanwhile(Control):
    """Does something once a part is done."""

    def __init__(self, do):
        self.do, self.done = do, False

    def progress(self, fraction, text=""):
        if 0 < fraction < 1 and not self.done:
            self.done = True
            self.do()


def working():
    """Processes of Ray that do jobs."""
    return [one for one in psutil.process_iter(["name", "cmdline"]) if "ray::do_here" in " ".join(one.info["cmdline"])]


def test_alone_on_loopback_and_silent(private, run, whole, tmp_path, say):
    started = time.perf_counter()
    told = export_in_parts(run.folder, tmp_path / "lists.csv", "ray", PARTS)
    say("lists through Ray, one node", f"{time.perf_counter() - started:.1f} s", "", f"{told['users']:,} users")
    assert (tmp_path / "lists.csv").read_bytes() == whole
    with open_engine("ray"):
        ours = [one for one in psutil.process_iter(["cmdline"]) if "ray" in " ".join(one.info["cmdline"] or [])]
        ports = [port for one in ours for port in one.net_connections("inet") if port.status == psutil.CONN_LISTEN]
        statistics = [one.environ().get("RAY_USAGE_STATS_ENABLED") for one in ours if one.name() == "raylet"]
    heard = {port.laddr.ip.removeprefix("::ffff:") for port in ports}
    say("addresses that Ray listens on", ", ".join(sorted(heard)), "127.0.0.1", f"{len(ports)} ports")
    assert heard == {"127.0.0.1"}
    assert statistics == ["0"]
    assert 8265 not in {port.laddr.port for port in ports}  # of the dashboard


def test_a_name_and_texts_are_all_that_is_serialised(private):
    from ray import cloudpickle

    assert len(cloudpickle.dumps(do_here)) < 100


@pytest.mark.parametrize("lost", ["nothing", "a worker", "a node"])
def test_two_nodes_write_the_file_of_one_process(two_nodes, run, whole, tmp_path, lost):
    cluster, nodes = two_nodes
    actions = {
        "nothing": lambda: None,
        "a worker": lambda: os.kill(working()[0].pid, signal.SIGKILL),
        "a node": lambda: cluster.remove_node(nodes[0], allow_graceful=False),
    }
    control = Meanwhile(actions[lost])
    told = export_in_parts(run.folder, tmp_path / "lists.csv", f"ray://{cluster.address}", PARTS, control)
    assert control.done
    assert (tmp_path / "lists.csv").read_bytes() == whole
    assert sum(told["machines"].values()) == PARTS
    assert len(told["machines"]) == 2 or lost == "a node"  # which may have had nothing done yet
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("lists")] == ["lists.csv"]


def test_machines_are_told_with_what_they_see(two_nodes, tmp_path):
    told = try_engine(f"ray://{two_nodes[0].address}", Control(), str(tmp_path))
    assert len(told["machines"]) == 3
    assert all(machine["sees"] and machine["alike"] for machine in told["machines"])


def test_a_job_that_fails_is_told_and_no_cluster_is_a_sentence(private, tmp_path):
    token = Path(try_engine("ray", Control())["token_file"])
    assert token.is_relative_to(Path.home())
    assert len(token.read_text()) > 30
    with open_engine("ray") as machines, pytest.raises(WorkbenchError, match="is not a run folder"):
        list(machines.map("evaluate", [{"run": str(tmp_path)}], Control()))
    with pytest.raises(WorkbenchError, match=r"no cluster at 127.0.0.1:9"):
        open_engine("ray://127.0.0.1:9")
