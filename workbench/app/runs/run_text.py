"""A run in words: its state, times, sizes, metrics; the same on every page."""

import contextlib
from collections.abc import Sequence
from typing import Any

from workbench.algorithms import Algorithm, find
from workbench.app.runs.curve import number
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.state_text import state_title
from workbench.app.widgets.amounts import size, span
from workbench.app.widgets.translate import translate
from workbench.charts.runs import figures_of
from workbench.errors import WorkbenchError
from workbench.training.run_spec import Change
from workbench.training.run_state import RunState

NONE = "–"
MIN_SHOWN_SECONDS = 0.1  # what is shorter is not given as a number
MAX_TENTHS_SECONDS = 10  # up to which tenths are shown
MAX_TITLE_CHARS = 200  # no window shows more, so no more is ever measured


def algorithm_of(info: RunInfo) -> type[Algorithm] | None:
    """The algorithm's class; None where it was removed since."""
    with contextlib.suppress(WorkbenchError):
        return find(info.algorithm)
    return None


def has_epochs(info: RunInfo) -> bool:
    """Whether it learns in epochs, and so can pause and stop between them."""
    kind = algorithm_of(info)
    return kind is None or kind.iterative


def state_text(info: RunInfo, wish: str = "", place: int = -1) -> str:
    """Where a run stands, in a few words.

    Parameters
    ----------
    wish
        What was ordered and not yet answered: pause, resume, stop, cancel or "".
    place
        Place in the queue, from 0; negative outside it.
    """
    asked = {
        "pause": translate("Runs", "Pausing…"),
        "resume": translate("Runs", "Going on…"),
        "stop": translate("Runs", "Stopping…"),
        "cancel": translate("Runs", "Cancelling…"),
    }
    if wish:
        return asked[wish]
    state = info.state
    if state is RunState.QUEUED:
        return (
            translate("Runs", "Waiting, next")
            if place <= 0
            else translate("Runs", "Waiting, {n} before it").format(n=place)
        )
    if state is RunState.RUNNING:
        if info.epochs:
            return translate("Runs", "Epoch {n} of {all}").format(n=min(info.epoch + 1, info.epochs), all=info.epochs)
        return state_title(state) if info.status.device else translate("Runs", "Starting")
    seconds = seconds_of(info)
    if state is RunState.DONE and seconds is not None:
        return translate("Runs", "{state} in {time}").format(state=state_title(state), time=duration(seconds))
    if not state.is_failure and state is not RunState.DONE and info.epoch:
        return translate("Runs", "{state} after epoch {n}").format(state=state_title(state), n=info.epoch)
    return state_title(state)


def seconds_of(info: RunInfo) -> float | None:
    """Seconds of training so far."""
    return info.status.last.seconds if info.status.last is not None else None


def duration(seconds: float | None) -> str:
    """A time span, rounded to what matters."""
    if seconds is None:
        return NONE
    if seconds < MIN_SHOWN_SECONDS:
        return translate("Runs", "<0.1 s")
    return f"{seconds:.1f} s" if seconds < MAX_TENTHS_SECONDS else span(seconds)


def memory(count: Any) -> str:
    """Bytes in a unit that people read."""
    amount = number(count)
    return NONE if amount is None else size(amount)


def changes_of(info: RunInfo) -> list[Change]:
    """What was changed since the run began, in order."""
    return info.status.changes or [Change(**change) for change in info.spec.get("changes", [])]


def change_words(info: RunInfo, change: Change) -> str:
    """One change in words: "Learning rate 0.0005 since epoch 3"."""
    if change.name == "epochs":
        more = f"{change.value - change.since:g}"
        return translate("Runs", "{n} more after epoch {m}").format(n=more, m=f"{change.since:g}")
    title, value = _titles(info).get(change.name, change.name), f"{change.value:g}"
    return translate("Runs", "{name} {value} since epoch {n}").format(name=title, value=value, n=f"{change.since:.1f}")


def figure(value: Any, digits: int = 3) -> str:
    """A metric, rounded to what means something."""
    amount = number(value)
    return NONE if amount is None else f"{amount:.{digits}f}"


def tested(info: RunInfo, key: str) -> tuple[float | None, float | None, float | None]:
    """Mean and 95 % interval of a test metric; None where there is none."""
    return figures_of(info.metrics, key)


def validated(info: RunInfo) -> tuple[str, float] | None:
    """Name and value of the validation metric after the best epoch, whose model is kept; else the last one."""
    best = info.status.best.validation if info.status.best is not None else {}
    return next(iter((best or info.validation).items()), None)


def short_title(info: RunInfo) -> str:
    """The title on one line, no longer than a window is wide."""
    return " ".join(str(info.title)[:MAX_TITLE_CHARS].split())


def differences(infos: Sequence[RunInfo], *, seed: bool = True) -> dict[str, str]:
    """By run id, the hyperparameters (and seed) in which a run differs from others of its algorithm, in words."""
    groups: dict[str, list[RunInfo]] = {}
    for info in infos:
        groups.setdefault(info.algorithm, []).append(info)
    words: dict[str, str] = {}
    for group in groups.values():
        words |= _differences(group, infos, seed=seed)
    return words


def _differences(group: list[RunInfo], every: Sequence[RunInfo], *, seed: bool) -> dict[str, str]:
    chosen = [{**_hyperparameters(info), **({"seed": info.spec.get("seed", 0)} if seed else {})} for info in group]
    if any(isinstance(values.get("runs"), str) for values in chosen):  # of a blend, by their titles
        runs = {info.id: short_title(info) for info in every}
        for values in chosen:
            if isinstance(values.get("runs"), str):
                values["runs"] = " + ".join(runs.get(name, name) for name in values["runs"].split(","))
    names = dict.fromkeys(name for values in chosen for name in values)
    unlike = [name for name in names if not _same([values.get(name) for values in chosen])]
    titles = _titles(group[0]) if unlike else {}
    return {
        info.id: ", ".join(f"{titles.get(name, name)} {_value(part.get(name))}" for name in unlike)
        for info, part in zip(group, chosen, strict=True)
    }


def _same(values: list[Any]) -> bool:
    """Whether all would be written alike; what equals without a doubt is not written down, for that takes a while."""
    first = values[0]
    plain = isinstance(first, int | str | None) or (isinstance(first, float) and first)  # 0.0 and -0.0 are equal
    if plain and values.count(first) == len(values) and len(set(map(type, values))) == 1:
        return True
    return len(set(map(repr, values))) == 1


def _hyperparameters(info: RunInfo) -> dict[str, Any]:
    given = info.spec.get("hyperparameters")
    return given if isinstance(given, dict) else {}


def _titles(info: RunInfo) -> dict[str, str]:
    kind = algorithm_of(info)
    fields = kind.model_fields if kind is not None else {}
    return {name: field.title or name for name, field in fields.items()} | {"seed": translate("Runs", "seed")}


def _value(value: Any) -> str:
    text = f"{value:,g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
    return text[:MAX_TITLE_CHARS]
