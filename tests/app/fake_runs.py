"""Run folders as training leaves them, without training."""

import json
import os
import time

from tests.statuses import living, set_status
from workbench.app.heartbeat import Heartbeat
from workbench.files import write_json
from workbench.metrics import all_metrics
from workbench.training.run import Run


def make_run(project, name, algorithm="popularity", hyperparameters=None, *, split="last-n", settings=None, seed=0):
    """A new run of the small data, queued."""
    folder = project.folder / "runs" / name
    settings = {"n": 1, "validation": 1} if settings is None and split == "last-n" else settings
    return Run.create(folder, project.folder / "data" / "small", algorithm, hyperparameters, split, settings, seed=seed)


def done_run(
    project, name, algorithm="popularity", hyperparameters=None, *, validation=0.1, seconds=1.5, metrics=None, **more
):
    """A run that is trained; tested too where `metrics` are given (name to mean, low, high)."""
    run = make_run(project, name, algorithm, hyperparameters, **more)
    line = {"epoch": 0, "epochs": 0, "loss": None, "seconds": seconds, "validation": {"ndcg@10": validation}}
    write_records(run, [line])
    set_status(run, "done", device="cpu", last=line, peak_memory_bytes=120_000_000)
    (run.folder / "model.safetensors").write_bytes(b"")
    if metrics is not None:
        write_json(run.folder / "evaluation.json", evaluation(metrics))
    return run


def evaluation(metrics, **protocol):
    """What a test leaves in a run folder."""
    known = {
        "candidates": "all 5 items of the data set",
        "masked": "items of the person's training and validation interactions",
        "relevance": "every hidden interaction",
        "cutoffs": [5, 10, 20],
        "formulas": {"ndcg": all_metrics()["ndcg"].formula},
        "interval": "95 %",
        "users": 4,
        "seed": 0,
    }
    figures = {one: dict(zip(("mean", "low", "high"), three, strict=True)) for one, three in metrics.items()}
    return {"metrics": figures, "users": 4, "protocol": known | protocol, "seconds": 0.1}


def live_run(project, name, algorithm="bpr", epochs=50):
    """A run that this process seems to train."""
    run = make_run(project, name, algorithm, {"epochs": epochs})
    write_records(run, [])
    set_status(run, "running", **living(), epochs=epochs, epoch=0, device="cpu", memory_bytes=340_000_000)
    return run


def write_records(run, lines):
    """Put records at the end of a run's file."""
    with (run.folder / "records.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def epoch_records(epoch, steps=10, epochs=50):
    """What one epoch leaves: some steps, and its end."""
    loss = 1 / epoch
    inside = [
        {"epoch": epoch - 1, "epochs": epochs, "loss": loss, "seconds": epoch, "part": (step + 1) / (steps + 1)}
        for step in range(steps)
    ]
    end = {"epoch": epoch, "epochs": epochs, "loss": loss, "seconds": epoch, "validation": {"ndcg@10": 0.2 - loss / 10}}
    return [*inside, end]


def grow(live, epochs, timer):
    """Write what an epoch of a hundred steps leaves."""
    epoch = next(epochs, None)
    if epoch is None:
        timer.stop()
    else:
        write_records(live, epoch_records(epoch, steps=100, epochs=60))


class Effort(Heartbeat):
    """Between two ticks, how long this thread itself was at work: other programs do not count."""

    def start(self):
        super().start()
        self._last = time.thread_time()

    def _tick(self):
        now = time.thread_time()
        self.gaps.append((now - self._last) * 1000)
        self._last = now


def loaded():
    """Whether other programs want more processors than there are, so that the clock says nothing of the window."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > os.cpu_count()


def crowded():
    """How much longer the same work takes at most: two threads that share a core do a little over half as much each."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return min(2.0, max(1.0, load / os.cpu_count()))
