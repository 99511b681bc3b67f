"""Training: fit, record, checkpoint, validate, stop, resume. The window, the command line and scripts all come here."""

import json
import logging
import math
import os
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from threadpoolctl import threadpool_limits

from workbench.algorithms import Algorithm, Record
from workbench.control import Control
from workbench.data.splitting import Part
from workbench.errors import Cancelled, WorkbenchError
from workbench.evaluation.evaluate import evaluate
from workbench.files import read_json, whole_file
from workbench.training.run import Run, process_facts, read_records
from workbench.training.weights import load_weights, same_file, save_weights

# Seconds between two looks at control.json, two writes of status.json, and two records inside an epoch.
LOOK, BEAT, STEP_RECORD = 0.02, 0.25, 0.1


class _Stopped(Exception):  # noqa: N818 - the person's wish, not an error
    """Stop and keep what there is."""


class Trainer:
    """One training of one run, in this process."""

    def __init__(self, run: Run, control: Control) -> None:
        self.run = run
        self.control = control
        self.records = _Records(run.folder / "records.jsonl")
        self.pulse = _Pulse(run)
        self._next_look = 0.0
        self.epoch = 0  # the last one that is finished

    def train(self) -> str:
        """Train to the end, or to the person's wish; returns the final state."""
        run = self.run
        algorithm = run.new_algorithm()
        reason = algorithm.unsuited(run.data)
        if reason:
            raise WorkbenchError(reason)
        device = _choose_device(run.spec.device, algorithm)
        algorithm._device = device  # noqa: SLF001 - chosen here, once
        self.pulse.facts |= {"device": device, "epochs": getattr(algorithm, "epochs", 0)}
        self.epoch = self._go_on(algorithm)
        judge = _Judge(run, algorithm, self.records)
        if judge.best_epoch == self.epoch and self.epoch:  # killed between the checkpoint and its second name
            same_file(run.folder / "checkpoint.safetensors", run.folder / "best.safetensors")
        state = "done"
        with _threads(run.spec.threads, algorithm):
            try:
                if not judge.exhausted(self.epoch):
                    self._epochs(algorithm, judge)
            except _Stopped:
                state = "stopped"
            self._keep(algorithm, judge)
        return state

    def _go_on(self, algorithm: Algorithm) -> int:
        """Take up the last checkpoint where there is one; returns its epoch."""
        checkpoint = self.run.folder / "checkpoint.safetensors"
        if not checkpoint.exists():
            self.records.cut(0)
            return 0
        state, epoch = load_weights(checkpoint)
        algorithm.restore(state)
        self.records.cut(epoch)
        return epoch

    def _epochs(self, algorithm: Algorithm, judge: "_Judge") -> None:
        seconds_before = self.records.seconds
        started = time.perf_counter()
        self.pulse.start_at(self.epoch)
        for record in algorithm.train(self.run.fold.train, self.run.spec.seed):
            if record.loss is not None and not math.isfinite(record.loss):
                message = (
                    f"{algorithm.title}: the loss is no longer a number in epoch {record.epoch + (not record.ends_epoch)}. "
                    "Lower the learning rate, or raise the regularization."
                )
                raise WorkbenchError(message)
            self.pulse.note(record)
            seconds = seconds_before + time.perf_counter() - started
            if record.ends_epoch:
                line = _line(record, seconds) | {"validation": judge.validate(algorithm)}
                self.records.append(line)
                judge.note(line)
                self._checkpoint(algorithm, judge, record.epoch)
                self.epoch = record.epoch
                self.pulse.facts["last"] = line
                if judge.exhausted(self.epoch):
                    break
            else:
                self.records.append_step(record, seconds)
            self._look()
        if not algorithm.iterative:
            line = {"epoch": 0, "epochs": 0, "loss": None, "seconds": round(time.perf_counter() - started, 4)}
            line["validation"] = judge.validate(algorithm)
            self.records.append(line)
            self.pulse.facts["last"] = line

    def _checkpoint(self, algorithm: Algorithm, judge: "_Judge", epoch: int) -> None:
        folder = self.run.folder
        save_weights(folder / "checkpoint.safetensors", algorithm.state(), epoch)
        if judge.best_epoch == epoch:
            same_file(folder / "checkpoint.safetensors", folder / "best.safetensors")

    def _keep(self, algorithm: Algorithm, judge: "_Judge") -> None:
        """Let the best epoch (without validation: the last finished one) be the model."""
        folder = self.run.folder
        best = folder / ("best.safetensors" if judge.best_epoch else "checkpoint.safetensors")
        if self.epoch and best.exists():
            same_file(best, folder / "model.safetensors")
        else:
            save_weights(folder / "model.safetensors", algorithm.state(), self.epoch)

    def _look(self) -> None:
        """Do what the person wants: pause here, or leave by an exception."""
        self.control.check()
        if time.perf_counter() < self._next_look:
            return
        self._next_look = time.perf_counter() + LOOK
        wish = self._wish()
        if wish == "pause":
            self.pulse.write("paused")
            while wish == "pause":
                time.sleep(LOOK)
                self.control.check()
                wish = self._wish()
            self.pulse.write("running")
        if wish == "stop":
            raise _Stopped
        if wish == "cancel":
            raise Cancelled

    def _wish(self) -> str:
        path = self.run.folder / "control.json"
        return str(read_json(path).get("command", "")) if path.exists() else ""


def train_run(folder: Path, control: Control | None = None) -> dict[str, Any]:
    """Train the run in `folder`, from its start or from its last finished epoch.

    Returns
    -------
    dict
        The final status. A failure is recorded in the folder, then raised.
    """
    run = Run.open(folder)
    run.queue()
    for leftover in folder.glob("*.part"):  # of a training that was killed while it wrote
        leftover.unlink(missing_ok=True)
    log = _log(folder)
    trainer = Trainer(run, control or Control())
    log.info("training %s in process %d", run.spec.algorithm, os.getpid())
    try:
        with trainer.pulse.beating():
            state = trainer.train()
    except Cancelled:
        trainer.pulse.finish("cancelled")
        raise
    except WorkbenchError as error:
        trainer.pulse.finish("failed", str(error))
        log.exception("failed")
        raise
    except MemoryError as error:
        sentence = f"{run.spec.algorithm} ran out of memory. Choose a smaller size, or filter the data."
        trainer.pulse.finish("failed", sentence)
        log.exception("failed")
        raise WorkbenchError(sentence) from error
    except Exception as error:  # the last resort: whatever an algorithm does, the folder says what became of the run
        sentence = f"{run.spec.algorithm} failed: {type(error).__name__}: {error}. The details are in {folder / 'log.txt'}."
        trainer.pulse.finish("failed", sentence, traceback.format_exc())
        log.exception("failed")
        raise WorkbenchError(sentence) from error
    finally:
        (folder / "control.json").unlink(missing_ok=True)
        for handler in log.handlers:
            handler.close()
    trainer.pulse.finish(state)
    return run.status()


class _Records:
    """The lines of records.jsonl."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._losses: list[float] = []
        self._next_step = 0.0

    def append(self, line: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, allow_nan=False) + "\n")

    def append_step(self, record: Record, seconds: float) -> None:
        """Write the mean loss of the steps since the last line, at most ten times a second."""
        if record.loss is not None:
            self._losses.append(record.loss)
        if time.perf_counter() < self._next_step:
            return
        self._next_step = time.perf_counter() + STEP_RECORD
        loss = sum(self._losses) / len(self._losses) if self._losses else None
        self._losses.clear()
        self.append(_line(record, seconds) | {"loss": loss, "part": round(record.part, 4)})

    def cut(self, epoch: int) -> None:
        """Forget what happened after this epoch ended: it will happen again, and what a kill cut short."""
        kept = []
        for line in read_records(self.path):
            if line["epoch"] > epoch or (line["epoch"] == epoch and "part" in line):
                break
            kept.append(json.dumps(line) + "\n")
        if self.path.exists():
            with whole_file(self.path) as part:
                part.write_text("".join(kept), encoding="utf-8")

    @property
    def seconds(self) -> float:
        """Seconds of training recorded so far."""
        lines = read_records(self.path)
        return float(lines[-1]["seconds"]) if lines else 0.0


class _Judge:
    """Validation: which epoch is best, and when to stop waiting for a better one."""

    def __init__(self, run: Run, algorithm: Algorithm, records: _Records) -> None:
        self.run = run
        part = run.fold.validation
        self.part: Part | None = part and part.sample(run.spec.validation_users, run.spec.seed)
        rated = self.part is not None and self.part.truth.rating is not None
        self.metric, self.cutoff, self.key = ("ndcg", 10, "ndcg@10")
        if algorithm.predicts_ratings and rated:
            self.metric, self.key = ("rmse", "rmse")
        self.sign = -1 if self.metric == "rmse" else 1
        self.best_epoch, self._best = 0, -math.inf
        for line in read_records(records.path):
            self.note(line)

    def validate(self, algorithm: Algorithm) -> dict[str, float]:
        """The validation metric of the algorithm as it is now; empty where there is no validation part."""
        if self.part is None:
            return {}
        n_items = self.run.data.n_items
        result = evaluate(algorithm, self.part, n_items, metrics=[self.metric], cutoffs=[self.cutoff])
        value = result.metrics[self.key]["mean"]
        return {} if value is None else {self.key: round(value, 6)}

    def note(self, line: dict[str, Any]) -> None:
        """Take note of an epoch's record."""
        value = (line.get("validation") or {}).get(self.key)
        if value is not None and self.sign * value > self._best:
            self._best, self.best_epoch = self.sign * value, line["epoch"]

    def exhausted(self, epoch: int) -> bool:
        """Whether nothing better came for so long that going on is idle."""
        patience = self.run.spec.patience
        return bool(patience and self.best_epoch and epoch - self.best_epoch >= patience)


@dataclass
class _Epochs:
    start: int = 0
    since: float = 0.0


class _Pulse:
    """Keeps status.json fresh from a thread, so that the training loop only takes notes."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.facts: dict[str, Any] = {**process_facts(), "epoch": 0, "part": 0.0}
        self._epochs = _Epochs()
        self._state = "running"
        self._done = threading.Event()
        self._lock = threading.Lock()

    def start_at(self, epoch: int) -> None:
        self._epochs = _Epochs(epoch, time.perf_counter())
        self.facts["epoch"] = epoch

    def note(self, record: Record) -> None:
        done = record.epoch + (0.0 if record.ends_epoch else record.part)
        fresh = done - self._epochs.start
        elapsed = time.perf_counter() - self._epochs.since
        left = elapsed / fresh * (record.epochs - done) if fresh > 0 else None
        self.facts |= {"epoch": record.epoch, "epochs": record.epochs, "seconds_left": left and round(left, 1)}
        self.facts["part"] = 0.0 if record.ends_epoch else round(record.part, 4)
        if record.loss is not None:
            self.facts["loss"] = record.loss

    def write(self, state: str) -> None:
        with self._lock:
            self._state = state
            self.run.set_status(state, **self.facts, memory_bytes=psutil.Process().memory_info().rss)

    @contextmanager
    def beating(self) -> Iterator[None]:
        self.write("running")
        thread = threading.Thread(target=self._beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _beat(self) -> None:
        while not self._done.wait(BEAT):
            try:
                self.write(self._state)
            except WorkbenchError:  # a full disk: the next checkpoint will say so in the right place
                continue

    def finish(self, state: str, reason: str = "", details: str = "") -> None:
        facts = {key: value for key, value in self.facts.items() if key not in ("pid", "process_started", "seconds_left")}
        facts |= {"peak_memory_bytes": peak_memory()}
        facts |= {"reason": reason} if reason else {}
        facts |= {"details": details} if details else {}
        self.run.set_status(state, **facts)


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return int(getattr(psutil.Process().memory_info(), "peak_wset", 0))
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _line(record: Record, seconds: float) -> dict[str, Any]:
    facts = {"epoch": record.epoch, "epochs": record.epochs, "loss": record.loss, "seconds": round(seconds, 4)}
    return facts | ({"values": record.values} if record.values else {})


def _choose_device(wanted: str, algorithm: Algorithm) -> str:
    if not algorithm.uses_torch:
        return "cpu"
    import torch  # noqa: PLC0415 - seconds to load, and only here

    if wanted == "cuda" and not torch.cuda.is_available():
        message = "There is no CUDA device here, or this torch cannot use it. Choose the device 'cpu' or 'auto'."
        raise WorkbenchError(message)
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


@contextmanager
def _threads(wanted: int, algorithm: Algorithm) -> Iterator[None]:
    """Limit the threads of every library that has some; never leave it to them."""
    number = wanted or algorithm.best_threads or os.cpu_count() or 1
    if algorithm.uses_torch:
        import torch  # noqa: PLC0415 - as above

        torch.set_num_threads(number)
    with threadpool_limits(number):
        yield


def _log(folder: Path) -> logging.Logger:
    log = logging.Logger(f"run.{folder.name}")
    handler = logging.FileHandler(folder / "log.txt", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    return log
