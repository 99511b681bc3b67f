"""Does a run as the training process does, without training: three epochs, or until it is told otherwise.

What it does is chosen by the run's seed: 0 ends by itself, 1 trains until told, 2 trains and is deaf, 3 dies by signal 9.
A search has three trials, of which the second is given up; the seed decides likewise.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil

EPOCHS = 3
LONGEST = 60  # seconds; a deaf one is deaf to the end of its test as well


def write(path, value):
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value))
    part.replace(path)


def search(folder):
    spec = json.loads((folder / "search.json").read_text())
    me = {"pid": os.getpid(), "process_started": psutil.Process().create_time(), "epochs": spec["trials"] or 0}

    def status(state, n):
        write(folder / "status.json", {"state": state, "epoch": n, **me})

    known = (folder / "trials.jsonl").read_text().count("\n") if (folder / "trials.jsonl").exists() else 0
    status("running", known)
    with (folder / "trials.jsonl").open("a") as told:
        for number in range(known, known + 3):
            state = "pruned" if number % 3 == 1 else "done"
            line = {"number": number, "state": state, "algorithm": spec["algorithms"][number % len(spec["algorithms"])]}
            line |= {"run": f"trial-{number}", "value": (number + 1) / 10, "epochs": 3, "seconds": 0.5}
            line |= {"hyperparameters": {"regularization": 10.0 * (number + 1)}, "figures": {"seconds": 3.0 - number}}
            told.write(json.dumps(line) + "\n")
            told.flush()
            status("running", number + 1)
    if spec["seed"] == 3 and not known:
        os.kill(os.getpid(), signal.SIGKILL)
    pause = threading.Event()
    while spec["seed"] in (1, 2) and not (spec["seed"] == 1 and (folder / "control.json").exists()):
        pause.wait(0.01)
        if not folder.exists() or time.time() - me["process_started"] > LONGEST:
            return
    status("stopped" if spec["seed"] else "done", known + 3)


def main():
    asked = json.loads(sys.stdin.readline())
    if "search" in asked:
        search(Path(asked["search"]))
        return
    folder = Path(asked["run"])
    kind = json.loads((folder / "run.json").read_text())["seed"]
    me = {"pid": os.getpid(), "process_started": psutil.Process().create_time(), "epochs": EPOCHS, "device": "cpu"}
    pause = threading.Event()

    def status(state, epoch, **more):
        me.update(more)
        write(folder / "status.json", {"state": state, "epoch": epoch, **me})

    status("running", 0)
    with (folder / "records.jsonl").open("a") as records:
        for epoch in range(1, EPOCHS + 1):
            line = {"epoch": epoch, "epochs": EPOCHS, "loss": 1 / epoch, "validation": {"ndcg@10": epoch / 10}}
            records.write(json.dumps(line) + "\n")
            records.flush()
            status("running", epoch, last=line)
            if kind == 3:
                os.kill(os.getpid(), signal.SIGKILL)
    paused = False
    while kind:
        pause.wait(0.01)
        if not folder.exists() or time.time() - me["process_started"] > LONGEST:
            return  # the test that wanted it is over
        control = folder / "control.json"
        wish = json.loads(control.read_text())["command"] if kind == 1 and control.exists() else ""
        if (wish == "pause") != paused and wish in ("pause", "resume"):
            paused = wish == "pause"
            status("paused" if paused else "running", EPOCHS)
        if wish == "stop":
            status("stopped", EPOCHS)
            return
        if wish == "cancel":
            status("cancelled", EPOCHS)
            return
    (folder / "model.safetensors").write_bytes(b"")
    status("done", EPOCHS)


if os.name == "posix":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
main()
