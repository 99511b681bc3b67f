"""Training: fit, record, checkpoint, validate, stop, resume. The window, the command line and scripts all come here."""

import logging
import math
import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from workbench.algorithms import Algorithm, Record, find
from workbench.algorithms.base.peers import Peers
from workbench.control import Control
from workbench.data.interactions import Array
from workbench.errors import Cancelled, Pruned, WorkbenchError, lacks_memory
from workbench.owned import remove_file
from workbench.stored import StoredFile, read_stored
from workbench.training.records import Records, record_line
from workbench.training.remarks import remarks_of
from workbench.training.run import Run
from workbench.training.run_spec import Adjustment, Change, Request
from workbench.training.run_state import RunState
from workbench.training.run_status import EpochSummary, RunStatus
from workbench.training.settling import Learned, settle
from workbench.training.status import StatusWriter
from workbench.training.step_threads import is_measured, quickest
from workbench.training.validation import Validator
from workbench.training.weights import same_file, save_weights
from workbench.uninterrupted import load_whole

POLL_SECONDS = 0.02  # between two looks at control.json


class _Stopped(Exception):  # noqa: N818 - asked for by the person, not an error
    """Stop and keep what there is."""


class Trainer:
    """One training of one run, in this process."""

    def __init__(self, run: Run, control: Control, peers: Peers | None = None) -> None:
        self.run = run
        self.control = control
        self.peers = peers or Peers()
        self.records = Records(run.folder / "records.jsonl")
        self.status = StatusWriter(run.folder)
        self._next_look = 0.0
        self._looked = False
        self._paused = 0.0  # seconds
        self.epoch = 0  # the last one that is finished
        self._learned: Learned | None = None

    def train(self) -> RunState:
        """Train to the end, or to the person's request; returns the final state."""
        run = self.run
        reason = find(run.spec.algorithm).unsuited(run.data)
        if reason:
            raise WorkbenchError(reason)
        with threads_of(run.spec.threads, run.new_algorithm()):
            self._learned = settle(run, self._check)
        algorithm = self._learned.algorithm if self._learned is not None else run.new_algorithm()
        run.join_members(algorithm, learns=True)
        device, why = _choose_device(run.spec.device, algorithm)
        algorithm._device = device  # noqa: SLF001 - chosen here, once
        self.status.note(device=device, device_reason=why, epochs=getattr(algorithm, "epochs", 0))
        self.epoch = self._go_on(algorithm)
        for line in self.records.epochs():
            self.control.note(line)
        if self.peers.size == 1:
            self._choose_threads(algorithm, device)
        validator = Validator(run, algorithm)
        if validator.best_epoch == self.epoch and self.epoch:  # killed between the checkpoint and its second name
            same_file(run.folder / "checkpoint.safetensors", run.folder / "best.safetensors")
        state = RunState.DONE
        if self.peers.size > 1:
            algorithm._peers = self.peers  # type: ignore[attr-defined]  # noqa: SLF001 - whoever shares has this loop
        with threads_of(run.spec.threads, algorithm):
            self.peers.meet()
            try:
                if not validator.exhausted(self.epoch):
                    self._epochs(algorithm, validator)
            except _Stopped:
                if not algorithm.iterative:  # of half a solution there is nothing to keep
                    raise Cancelled from None
                state = RunState.STOPPED
            finally:
                self.peers.leave()
            self.status.note(arithmetic=algorithm.arithmetic())
            self._keep(algorithm, validator)
            if state is RunState.DONE:
                self._remark(algorithm, validator)
        return state

    def _choose_threads(self, algorithm: Algorithm, device: str) -> None:
        """Let the number of threads be measured where nobody chose it: once, before the first epoch."""
        run = self.run
        if run.spec.threads or self.epoch or not is_measured(algorithm, run.fold.learned_from, device):
            return
        run.note_threads(*quickest(run.new_algorithm, run.fold.learned_from, run.spec.seed))

    def _check(self) -> None:
        """End where the person cancels, before there is anything to keep."""
        self.control.check()
        if self._request() == "cancel":
            raise Cancelled

    def _go_on(self, algorithm: Algorithm) -> int:
        """Take up the last checkpoint where there is one, and what was changed since the start; returns its epoch."""
        for change in self.run.spec.changes:
            if change.name in algorithm.adjustable:
                algorithm.adjust(change.name, change.since, change.value)
        checkpoint = self.run.folder / "checkpoint.safetensors"
        if not checkpoint.exists():
            self.records.cut(0)
            return 0
        epoch = self.run.restore(algorithm, checkpoint)
        self.records.cut(epoch)
        return epoch

    def _epochs(self, algorithm: Algorithm, validator: Validator) -> None:
        seconds_before = self.records.seconds
        started = time.perf_counter() - (self._learned.seconds if self._learned is not None else 0)
        self.status.start_clock(self.epoch)
        self.status.note(best=_summary(validator.best), interactions=len(self.run.fold.learned_from))
        values: dict[str, float] = {}
        data, seed = self.run.fold.learned_from, self.run.spec.seed
        for record in algorithm.train(data, seed) if self._learned is None else ():
            if record.loss is not None and not math.isfinite(record.loss):
                message = (
                    f"{algorithm.title}: the loss is no longer a number in epoch {record.epoch + (not record.ends_epoch)}. "
                    "Lower the learning rate, or raise the regularization."
                )
                raise WorkbenchError(message)
            self.status.note_progress(record)
            values = record.values or values
            seconds = seconds_before + time.perf_counter() - started - self._paused
            if record.ends_epoch:
                line = record_line(record, seconds) | {"validation": validator.validate(algorithm)}
                self.records.append(line)
                validator.note(line)
                self.status.note(best=_summary(validator.best))
                self._checkpoint(algorithm, validator, record.epoch)
                self.epoch = record.epoch
                self.status.note(last=_summary(line))
                self.control.note(line)
                if validator.exhausted(self.epoch):
                    break
            else:
                self.records.append_step(record, seconds)
            self._look()
            self._adjust(algorithm, record)
        if not algorithm.iterative:
            line = {
                "epoch": 0,
                "epochs": 0,
                "loss": None,
                "seconds": round(time.perf_counter() - started - self._paused, 4),
            }
            line |= {"values": values} if values else {}
            line["validation"] = validator.validate(algorithm)
            self.records.append(line)
            self.status.note(last=_summary(line))

    def _checkpoint(self, algorithm: Algorithm, validator: Validator, epoch: int) -> None:
        folder = self.run.folder
        save_weights(folder / "checkpoint.safetensors", _numbers(algorithm), epoch)
        if validator.best_epoch == epoch:
            same_file(folder / "checkpoint.safetensors", folder / "best.safetensors")

    def _keep(self, algorithm: Algorithm, validator: Validator) -> None:
        """Let the best epoch (without validation: the last finished one) be the model."""
        folder = self.run.folder
        best = folder / ("best.safetensors" if validator.best_epoch else "checkpoint.safetensors")
        if self.epoch and best.exists():
            same_file(best, folder / "model.safetensors")
        else:
            save_weights(folder / "model.safetensors", _numbers(algorithm), self.epoch, small=True)

    def _remark(self, algorithm: Algorithm, validator: Validator) -> None:
        """Say what is to be known of the model that is kept."""
        said = remarks_of(self.run, algorithm, validator.values(), validator.best_epoch, self.epoch)
        self.status.note(remarks=said)

    def _look(self) -> None:
        """Do what the person asks for: pause here, or end by an exception."""
        self.control.check()
        self._looked = time.perf_counter() >= self._next_look
        if not self._looked:
            return
        self._next_look = time.perf_counter() + POLL_SECONDS
        request = self._request()
        if request == "pause":
            request = self._wait()
        if request == "stop":
            raise _Stopped
        if request == "cancel":
            raise Cancelled

    def _adjust(self, algorithm: Algorithm, record: Record) -> None:
        """Change a hyperparameter if the person asks for it, and note it, so that a resumed training does the same."""
        path = self.run.folder / "adjust.json"
        if not self._looked or not path.exists():
            return
        request = _asked_of(Adjustment, path)
        remove_file(path)
        since = record.epoch + (0.0 if record.ends_epoch else record.part)
        if request is None or request.name not in algorithm.adjustable:
            return
        change = Change(since=since, name=request.name, value=request.value)
        self.run.note_change(change)
        algorithm.adjust(change.name, change.since, change.value)
        self.status.note(changes=list(self.run.spec.changes))

    def _wait(self) -> str:
        """Wait while a pause is asked for, which does not count as training time; returns what is asked for then."""
        began, request = time.perf_counter(), "pause"
        self.status.write(RunState.PAUSED)
        while request == "pause":
            time.sleep(POLL_SECONDS)
            self.control.check()
            request = self._request()
        waited = time.perf_counter() - began
        self._paused += waited
        self.status.skip(waited)
        self.status.write(RunState.RUNNING)
        return request

    def _request(self) -> str:
        request = _asked_of(Request, self.run.folder / "control.json")
        return request.command if request is not None else ""


Asked = TypeVar("Asked", bound=StoredFile)


def _asked_of(kind: type[Asked], path: Path) -> Asked | None:
    """What a person asks of a training; None where nothing is asked, or nobody can tell what."""
    try:
        return read_stored(kind, path) if path.exists() else None
    except WorkbenchError:
        return None


def train_run(folder: Path, control: Control | None = None, peers: Peers | None = None) -> RunStatus:
    """Train the run in `folder`, from its start or from its last finished epoch; with `peers` as the first of them.

    Returns
    -------
    RunStatus
        The final one. A failure is recorded in the folder, then raised.
    """
    run = Run.open(folder)
    run.take(os.getpid())
    log = _log(folder)
    trainer = Trainer(run, control or Control(), peers)
    log.info("training %s in process %d", run.spec.algorithm, os.getpid())
    try:
        with trainer.status.heartbeat():
            state = trainer.train()
    except Pruned:
        trainer.status.end(RunState.PRUNED)
        raise
    except (Cancelled, KeyboardInterrupt):  # the latter of a script or a notebook
        trainer.status.end(RunState.CANCELLED)
        raise
    except WorkbenchError as error:
        trainer.status.end(RunState.FAILED, str(error))
        log.exception("failed")
        raise
    except Exception as error:
        what = f"failed: {type(error).__name__}: {error}. The details are in {folder / 'log.txt'}."
        if lacks_memory(error):
            what = "ran out of memory. Choose a smaller size, or filter the data."
        sentence = f"{run.spec.algorithm} {what}"
        trainer.status.end(RunState.FAILED, sentence, traceback.format_exc())
        log.exception("failed")
        raise WorkbenchError(sentence) from error
    finally:
        for request in ("control.json", "adjust.json"):
            remove_file(folder / request)
        for handler in log.handlers:
            handler.close()
    return trainer.status.end(state)


def _numbers(algorithm: Algorithm) -> dict[str, Array]:
    """What was learned; raises WorkbenchError where it is no longer numbers, which nobody should be served."""
    state = algorithm.state()
    broken = algorithm.broken(state)
    if broken:
        message = f"{algorithm.title}: what it learned is no longer numbers ({', '.join(broken)}). "
        raise WorkbenchError(message + "Lower the learning rate, or raise the regularization, and train a new run.")
    return state


def _summary(line: dict[str, Any] | None) -> EpochSummary | None:
    return EpochSummary(**line) if line is not None else None


def _choose_device(wanted: str, algorithm: Algorithm) -> tuple[str, str]:
    """Where to compute, and why there."""
    if not algorithm.uses_torch:
        return "cpu", f"{algorithm.title} computes on the processor."
    torch = load_whole("torch")
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted in there and not there[wanted]:
        name = {"cuda": "CUDA device", "mps": "Apple graphics processor"}[wanted]
        message = f"There is no {name} here, or this torch cannot use it. Choose the device 'cpu' or 'auto'."
        raise WorkbenchError(message)
    if wanted == "auto":
        found = next((device for device, is_there in there.items() if is_there), None)
        why = (
            "No graphics processor that torch can use was found."
            if found is None
            else "A graphics processor was found."
        )
        return found or "cpu", why
    return wanted, "This device was asked for."


@contextmanager
def threads_of(wanted: int, algorithm: Algorithm) -> Iterator[None]:
    """Limit the threads of every library that has some; never leave it to them."""
    number = wanted or algorithm.best_threads or os.cpu_count() or 1
    if algorithm.uses_torch:
        import torch

        torch.set_num_threads(number)
    with threadpool_limits(number):
        yield


def _log(folder: Path) -> logging.Logger:
    log = logging.Logger(f"run.{folder.name}")  # noqa: LOG001 - of this run alone, and gone with it
    handler = logging.FileHandler(folder / "log.txt", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    return log
