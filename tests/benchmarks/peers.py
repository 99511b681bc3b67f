"""Our algorithms beside those of others: the same data, the same number of threads, turn by turn, in the same hour.

A side is a script that gets ``DATA.npz RESULT.npz THREADS [word …]``, does its work once, and prints one line of JSON with
``seconds`` and ``cpu`` of the work itself (see `spent`). A peer's side runs in a virtual environment of its own, outside
the repository, and never imports this program. `PEERS` (environment) says where these environments are; else the user's
cache folder.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from tests.benchmarks.conftest import spread

SIDES = Path(__file__).parent / "sides"
ROOT = Path(__file__).resolve().parents[2]
THREADS = int(os.environ.get("PEER_THREADS", "1"))
TURNS = int(os.environ.get("PEER_TURNS", "5"))
LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMBA", "BLIS", "VECLIB")


def peer(*requirements):
    """The Python of an environment with these packages; made at the first call. Skips where they cannot be installed."""
    chosen = os.environ.get("PEERS")
    places = Path(chosen) if chosen else platformdirs.user_cache_path("recommender-workbench") / "peers"
    name = re.sub(r"[^\w.]+", "-", "-".join(sorted(requirements)))
    folder = places / f"{name}-py{sys.version_info.major}{sys.version_info.minor}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "ready").exists():
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", *requirements],
        ):
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=1800)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
                pytest.skip(f"{', '.join(requirements)} could not be installed: {last}")
        (folder / "ready").touch()
    return python


def turn(python, script, data, result, *words):
    """One turn of one side; returns what it printed."""
    env = {**os.environ, **{f"{name}_NUM_THREADS": str(THREADS) for name in LIBRARIES}}
    if python == sys.executable:
        env["PYTHONPATH"] = str(ROOT)
    else:
        env.pop("PYTHONPATH", None)
    command = [str(python), str(SIDES / script), str(data), str(result), str(THREADS), *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=3600)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def race(say, what, folder, data, sides, protocol, judge=None, target="≤ 1"):
    """Let two sides take turns; say how long each took, and the ratio of the middle values.

    Parameters
    ----------
    data : dict of str to array
        Written once, read by both.
    sides : dict of str to (python, script, words)
        Ours first.
    judge : function of the path of a result, optional
        Gives a word on its quality, so that it is seen that both did the same work.
    target : str
        What the ratio should be.
    """
    folder.mkdir(exist_ok=True)
    np.savez(folder / "data.npz", **data)
    results = {name: folder / f"{name.replace(' ', '-')}.npz" for name in sides}
    took = {name: [] for name in sides}
    for number in range(TURNS):
        order = list(sides.items())
        for name, (python, script, *words) in order if number % 2 == 0 else reversed(order):
            took[name].append(turn(python, script, folder / "data.npz", results[name], *words))
    for name, turns in took.items():
        quality = judge(results[name]) if judge else ""
        seconds = spread([one["seconds"] for one in turns], digits=3)
        say(f"{what}: {name}", seconds, "", ", ".join(filter(None, [protocol, quality])))
    ratios = []
    for clock, word in (("seconds", "time"), ("cpu", "processor")):
        ours, theirs = ([one[clock] for one in turns] for turns in took.values())
        ratios.append(f"{word} {np.median(ours) / np.median(theirs):.3f}, best {min(ours) / min(theirs):.3f}")
    say(f"{what}: ours / theirs", "; ".join(ratios), target, f"{TURNS} turns each, {THREADS} thread(s)")
    note(what, protocol, sides, took)


def note(what, protocol, sides, took):
    """Add a row to the table that `table` makes, where it is being made: middle seconds of the processor."""
    if "PEER_ROWS" not in os.environ:
        return
    ours, theirs = (float(np.median([one["cpu"] for one in turns])) for turns in took.values())
    peer_name, (python, *_) = list(sides.items())[1]
    row = {"job": what, "how": protocol, "peer": peer_name, "version": version_of(python, peer_name)}
    row |= {"ours": ours, "theirs": theirs, "ratio": ours / theirs, "turns": TURNS, "threads": THREADS}
    with Path(os.environ["PEER_ROWS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def version_of(python, name):
    """The version of a peer where its Python has a package of that name; "" where the name says it, or there is none."""
    code = f"from importlib.metadata import version; print(version({name.split()[0].lower()!r}))"
    done = subprocess.run([str(python), "-c", code], check=False, capture_output=True, text=True, timeout=60)
    return done.stdout.strip() if done.returncode == 0 else ""
