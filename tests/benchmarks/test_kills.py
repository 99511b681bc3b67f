"""A training that is killed again and again ends like one that was not: to the bit, and without a half-written file.

Kills are spread over the whole run and fall at random moments: some hit the loading, some an epoch, some a validation,
some the writing of a checkpoint. ``KILLS`` makes it smaller for a look whether it works at all.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import numpy as np
import pytest

from workbench.data.importing.importer import import_file
from workbench.training.records import read_records
from workbench.training.run import Run
from workbench.training.train import train_run
from workbench.training.weights import load_weights

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX systems"),
]
KILLS = int(os.environ.get("KILLS", "20"))
EPOCHS = int(os.environ.get("KILL_EPOCHS", "40"))


def begin(run):
    """Let the process that stands by train the run, as the window does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.worker", "--standby"], stdin=subprocess.PIPE, text=True, encoding="utf-8"
    )
    process.stdin.write(json.dumps({"run": str(run.folder)}) + "\n")
    process.stdin.close()
    return process


def wait_for(run, process, epoch):
    """Until this process is at work on the run and an epoch is finished."""
    while process.poll() is None:
        records = read_records(run.folder / "records.jsonl")
        if run.status().pid == process.pid and (not epoch or (records and records[-1]["epoch"] >= epoch)):
            return
        time.sleep(0.005)


def check_files(folder):
    """Every file is whole; returns the names of those that were just being written beside them."""
    for file in folder.glob("*.json"):
        json.loads(file.read_text(encoding="utf-8"))
    for file in folder.glob("*.safetensors"):
        load_weights(file)
    return [file.name for file in folder.glob("*.part")]


def bits(run):
    return {name: value.tobytes() for name, value in load_weights(run.folder / "model.safetensors")[0].items()}


def losses(run):
    return [(line["epoch"], line["loss"]) for line in run.records() if "part" not in line]


def test_a_run_that_is_killed_ends_like_one_that_was_not(say, tmp_path, sample):
    import_file(sample / "ratings.csv", tmp_path / "data" / "sample")
    whole, broken = (
        Run.create(tmp_path / "runs" / name, tmp_path / "data" / "sample", "bpr", {"epochs": EPOCHS}, patience=0)
        for name in ("whole", "broken")
    )
    began = time.monotonic()
    train_run(whole.folder)
    seconds = time.monotonic() - began
    moments = random.Random(2)
    epochs, left, places = [], 0, Counter()
    for number in range(KILLS):
        process = begin(broken)
        if number % 4 != 3:  # each fourth is killed wherever it is, perhaps before it has begun
            wait_for(broken, process, number * EPOCHS // (KILLS + 1))
        time.sleep(moments.random() * 1.5 * seconds / EPOCHS)  # the moment is the point
        assert process.poll() is None, "the run ended before it was killed often enough: raise KILL_EPOCHS"
        process.kill()
        process.wait()
        assert broken.status().state in ("lost", "queued")
        half = check_files(broken.folder)
        left += len(half)
        places.update(name.split(".")[0] for name in half)
        checkpoint = broken.folder / "checkpoint.safetensors"
        epochs.append(load_weights(checkpoint)[1] if checkpoint.exists() else 0)
    process = begin(broken)
    assert process.wait() == 0
    assert broken.status().state == "done"
    assert check_files(broken.folder) == []
    model, other = bits(whole), bits(broken)
    same = model == other and losses(whole) == losses(broken)
    how = f"BPR, {EPOCHS} epochs, MovieLens sample; killed after epochs {epochs}"
    say("kill -9, then resume", f"{KILLS} kills, {KILLS} resumes", "20 and 20", how)
    say("  … model and losses", "the same bit for bit" if same else "DIFFERENT", "the same", f"{len(model)} arrays")
    say("  … files half written in the end", "0", "0", f"{left} of {dict(places)} were swept up by resumes")
    assert same
    assert np.isfinite([loss for _, loss in losses(broken)]).all()
