"""Ways to divide the data, in words: what each is called, what it does, and what it needs that the data may lack."""

from typing import Any

from PySide6.QtCore import QCoreApplication

from workbench.data.splitting import all_splits

ORDER = ("last-n", "random", "time", "time-series", "held-out-users", "k-fold", "files")
BY_TIME = tuple(name for name, split in all_splits().items() if split.by_time)


def in_order() -> list[str]:
    """Names of all splits, the usual ones first."""
    known = [name for name in ORDER if name in all_splits()]
    return [*known, *(name for name in all_splits() if name not in known)]


def title(name: str) -> str:
    """What a split is called."""
    own = {
        "last-n": _tr("Last of each user"),
        "random": _tr("Random"),
        "time": _tr("Time cut"),
        "time-series": _tr("Time windows"),
        "held-out-users": _tr("Held-out users"),
        "k-fold": _tr("k-fold"),
        "files": _tr("My own files"),
    }
    return own.get(name, all_splits()[name].title)


def short(name: str, settings: dict[str, Any]) -> str:
    """A split with its settings in two or three words, such as "last 1"."""
    fields = getattr(all_splits().get(name), "model_fields", {})
    chosen = {**{key: one.default for key, one in fields.items()}, **settings}
    if name == "last-n":
        return _tr("last {n}").format(n=chosen["n"])
    if name == "random":
        return _tr("random {share:.0f} %").format(share=100 * chosen["test"])
    if name == "k-fold":
        return _tr("part {n} of {all}").format(n=chosen["fold"] + 1, all=chosen["k"])
    if name == "time-series":
        return _tr("window {n} of {all}").format(n=chosen["fold"] + 1, all=chosen["windows"])
    plain = {"time": _tr("time cut"), "held-out-users": _tr("held-out users"), "files": _tr("own files")}
    return plain.get(name, name)


def lacking(name: str, data: Any) -> str:
    """What the data has not that a split needs; empty where it has all."""
    if name == "files" and (data is None or data.part is None):
        return _tr("Needs a test file beside the ratings: offer both at once on the page Data.")
    if name in BY_TIME and (data is None or data.time is None):
        return _tr("Needs times: the data has none.")
    return ""


def sentence(name: str) -> str:
    """What a split does, and what for."""
    own = {
        "last-n": _tr("Hides each user's newest interactions and learns from those before: what comes next?"),
        "random": _tr("Hides interactions by chance, whoever they belong to: the usual test of predicted ratings."),
        "time": _tr("Hides what everybody did from one day on, and learns from before: as it is in real use."),
        "time-series": _tr("Several cuts one after another: does a good figure hold as time goes on?"),
        "held-out-users": _tr("Keeps some people out of learning, and judges by a part of what they did."),
        "k-fold": _tr("Deals everything into k parts, each the test of one run: every interaction is hidden once."),
        "files": _tr("Learns from your training file and judges by your test file: to compare with others' figures."),
    }
    return own.get(name) or (all_splits()[name].__doc__ or "").strip().split("\n")[0]


def _tr(text: str) -> str:
    return QCoreApplication.translate("SplitPage", text)
