"""Machines of a Ray cluster: ``pip install 'recommender-workbench[ray]'``. Nothing else imports Ray.

A task of Ray does a job by its name, with JSON in and JSON out: what Ray serialises is the name of `do_here` and two texts.
What Ray would do by itself and this program does not: send usage statistics, open a dashboard, and listen on more than
this machine where nobody has named a cluster. Nodes know each other by a token, which all of them must have.
"""

import importlib
import json
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from workbench.amounts import counted
from workbench.control import Control
from workbench.engine.engine import RETRIES, WORKER, Done, Json, as_lines, cores, who_did
from workbench.errors import WorkbenchError

KNOCK_SECONDS = 5.0  # that a cluster may take to answer
LOOK_SECONDS = 0.2  # between two looks whether the person has cancelled
# Read by Ray when it is imported or starts a process; also what its processes inherit.
SAID = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}

# 0: Ray is alone on this machine and listens on loopback only, on every system whatever the name says.
ALONE = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"


class OnRay:
    """A cluster; without an address one of this machine alone, which ends with this object."""

    def __init__(self, address: str | None = None) -> None:
        reach = address is not None and not _is_loopback(address)
        os.environ.update(SAID | {ALONE: str(int(reach))})
        try:
            import ray
            from ray._private import ray_constants
        except ImportError as error:
            message = f"Ray is not installed ({error}). Install it: pip install 'recommender-workbench[ray]'."
            raise WorkbenchError(message) from error
        ray_constants.ENABLE_RAY_CLUSTER = reach  # where Ray was imported before
        self._ray = ray
        self._addresses: dict[str, str] = {}  # by the name of a node
        options: Json = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}
        if address is None:
            options |= {"num_cpus": cores(), "include_dashboard": False}
        else:
            options |= {"address": address}
        try:
            _knock(address)
            with _own_signals():
                ray.init(**options)
        except (OSError, RuntimeError, ValueError, ImportError) as error:
            raise WorkbenchError(_no_cluster(address, error)) from error
        self._do = ray.remote(num_cpus=1, max_retries=RETRIES, scheduling_strategy="SPREAD")(do_here)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()

    def map(self, job: str, pieces: Sequence[Json], control: Control, *, together: bool = False) -> Iterator[Done]:
        """See `Engine.map`."""
        do = self._do.options(max_retries=0) if together else self._do
        places = int(self._ray.cluster_resources().get("CPU", 0))
        if together and places < len(pieces):
            raise WorkbenchError(f"The cluster has {counted(places, 'core')}, and {len(pieces)} are needed at once.")
        asked = {do.remote(job, line): number for number, line in enumerate(as_lines(pieces))}
        waiting, done = list(asked), Counter[str]()
        try:
            while waiting:
                control.check()
                ready, waiting = self._ray.wait(waiting, timeout=LOOK_SECONDS)
                for one in ready:
                    found = self._answer(one, asked[one])
                    done[found.where] += 1
                    yield found
                control.progress(sum(done.values()) / len(asked), who_did(done, len(asked)))
        finally:
            for one in waiting:
                self._ray.cancel(one, force=True)

    def everywhere(self, job: str, arguments: Json) -> Iterator[Done]:
        """See `Engine.everywhere`."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        [line] = as_lines([arguments])
        alive = [node["NodeID"] for node in self._ray.nodes() if node["Alive"]]
        there = [NodeAffinitySchedulingStrategy(node, soft=False) for node in alive]
        asked = [self._do.options(scheduling_strategy=one, num_cpus=0).remote(job, line) for one in there]
        for number, one in enumerate(asked):
            yield self._answer(one, number)

    def _answer(self, one: Any, number: int) -> Done:
        from ray.exceptions import RayError

        try:
            told = json.loads(self._ray.get(one))
        except RayError as error:
            words = f"Part {number + 1} was lost on the cluster, each time it was begun ({type(error).__name__})."
            raise WorkbenchError(f"{words} Are its machines there, and have they enough memory?") from error
        if "sentence" in told:
            error_there = WorkbenchError(told["sentence"])
            error_there.add_note(told["details"])
            raise error_there
        return Done(number, told["value"], self._place(told["node"]))

    def _place(self, node: str) -> str:
        """A node in words: its address, and the beginning of its name, for a machine may be several nodes."""
        if node not in self._addresses:
            self._addresses = {one["NodeID"]: one["NodeManagerAddress"] for one in self._ray.nodes()}
        return f"{self._addresses.get(node, '?')} ({node[:6]})"


def do_here(job: str, line: str) -> str:
    """What a task of Ray does: a job in its process, with JSON in and out."""
    import ray

    told = importlib.import_module(WORKER).done(job, json.loads(line))
    return json.dumps(told | {"node": ray.get_runtime_context().get_node_id()})


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0]
    return host in ("localhost", "[::1]") or host.startswith("127.")


def _knock(address: str | None) -> None:
    """Raise OSError where nobody listens: Ray itself would try for minutes."""
    if address is not None:
        host, _, port = address.rpartition(":")
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS).close()


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what this process does when it is asked to end: Ray would have it end at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)


def token_file() -> Path:
    """Where Ray keeps the token that all nodes of a cluster must have."""
    return Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")


def _no_cluster(address: str | None, error: Exception) -> str:
    first = str(error).strip().partition("\n")[0]
    if address is None:
        return f"Ray could not be started on this machine: {first}"
    return (
        f"There is no cluster at {address}, or this machine is not one of its nodes: {first} On this machine: "
        f"ray start --address={address}, with the token of the first machine in {token_file()}."
    )
