"""Which runs may be compared: those that were judged in the same way on the same data."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from workbench.app.pages.compare.leak_checks import together
from workbench.app.pages.compare.model import Group
from workbench.app.runs.run_groups import HASH_CHARS, Now
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import MAX_TITLE_CHARS, NONE
from workbench.app.widgets.translate import translate
from workbench.data.filtering import describe
from workbench.data.splitting import make_split
from workbench.errors import WorkbenchError
from workbench.evaluation import comparable
from workbench.metrics import all_metrics, metric_title

NOBODY = Now()  # to be held against nothing
SHOWN = 10  # parts that are listed one by one


def key_of(info: RunInfo, *, fold: bool = True) -> str:
    """Equal for runs whose numbers may be ranked together; without `fold`, for those that may be summed up over folds."""
    return comparable.key_of(comparable.terms_of(info.spec, protocol_of(info)), fold=fold)


class Keys:
    """`key_of`, remembered while a run stays what it is: to write 200 protocols down takes half of a frame."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], tuple[Any, Any, str]] = {}
        self._settings: dict[str, tuple[Any, str]] = {}

    def __call__(self, info: RunInfo, *, fold: bool = True) -> str:
        spec, evaluation, key = self._known.get((info.id, fold), (None, None, ""))
        if spec is not info.spec or evaluation is not info.evaluation:
            key = key_of(info, fold=fold)
            self._known[info.id, fold] = info.spec, info.evaluation, key
        return key

    def warm(self, info: RunInfo) -> None:
        """Find all of one run that is remembered."""
        self(info)
        self(info, fold=False)
        self.alike([info])

    def alike(self, runs: Sequence[RunInfo]) -> dict[str, str]:
        """By run id `repeat_key`, remembered in the same way."""
        for info in runs:
            if self._settings.get(info.id, (None, ""))[0] is not info.spec:
                self._settings[info.id] = info.spec, comparable.repeat_key(info.spec)
        return {info.id: self._settings[info.id][1] for info in runs}


def grouped(
    runs: Sequence[RunInfo],
    folds: Mapping[str, Sequence[int]] | None = None,
    key: Callable[..., str] = key_of,
    now: Now = NOBODY,
) -> list[Group]:
    """Runs by protocol; the group of the newest run first, in each the oldest run first.

    Parameters
    ----------
    folds
        By run id, of which folds it is one: runs of the same folds stand together, to be summed up.
    key
        `key_of`, or `Keys`.
    now
        What is chosen now, and what data is called: groups that differ from it say in what.
    """
    folds = folds or {}
    groups: dict[str, list[RunInfo]] = {}
    for info in runs:
        own = folds.get(info.id)
        same = key(info) if own is None else f"{key(info, fold=False)} {list(own)}"
        groups.setdefault(same, []).append(info)
    newest_first = sorted(groups.values(), key=lambda group: -max(info.number for info in group))
    return [
        Group(_title(group[0], now, folds.get(group[0].id)), group, ink="error" if is_sampled(group[0]) else "muted")
        for group in newest_first
    ]


def fold_of(info: RunInfo) -> int:
    """Which fold of a split with several it tested, from 0."""
    settings = info.spec.get("split_settings")
    given = settings.get("fold") if isinstance(settings, dict) else None
    return given if isinstance(given, int) else 0


def is_sampled(info: RunInfo) -> bool:
    """Whether its test ranked a few candidates drawn by chance, so that its numbers look better than they are."""
    return bool(protocol_of(info).get("sampled"))


def protocol_of(info: RunInfo) -> dict[str, Any]:
    """What the run's test depended on; empty before it was opened."""
    evaluation = info.evaluation if isinstance(info.evaluation, dict) else {}
    protocol = evaluation.get("protocol")
    return protocol if isinstance(protocol, dict) else {}


def split_words(info: RunInfo, folds: Sequence[int] | None = None) -> str:
    """The split of a run, in words; with `folds`, that of several runs of which each tested one of them."""
    try:
        split = make_split(str(info.spec.get("split")), info.spec.get("split_settings"))
        words = split.describe() if folds is None else split.title
    except (WorkbenchError, TypeError, ValueError):
        words = str(info.spec.get("split"))
    if folds is not None:
        parts = ", ".join(str(fold + 1) for fold in folds[:SHOWN]) + ("…" if len(folds) > SHOWN else "")
        words = translate("Protocol", "{split}, parts {parts}, each tested once").format(
            split=words[:MAX_TITLE_CHARS], parts=parts
        )
    return words[:1].upper() + words[1:MAX_TITLE_CHARS]


def filter_words(info: RunInfo) -> str:
    """The filters of a run, in words; "" where it has none."""
    try:
        return describe(info.spec.get("filters") or [])[:MAX_TITLE_CHARS]
    except (WorkbenchError, TypeError, AttributeError):
        return translate("Protocol", "filters unknown to this version")


def data_words(info: RunInfo, now: Now) -> str:
    """The data of a run by its name, and enough of its hash to tell it from others."""
    known = str(info.spec.get("data_hash") or NONE)[:HASH_CHARS]
    name = now.data_name(info.spec)
    return known if name in ("", known) else f"{name} ({known})"


def _title(info: RunInfo, now: Now, folds: Sequence[int] | None = None) -> str:
    protocol = protocol_of(info)
    relevance = str(protocol.get("relevance"))[:MAX_TITLE_CHARS]
    unusual = [relevance] if protocol.get("relevant_from") is not None else []
    unusual += [translate("Protocol", "sampled candidates")] if protocol.get("sampled") else []
    unusual += (
        [translate("Protocol", "as {tool}").format(tool=str(protocol["as"])[:MAX_TITLE_CHARS])]
        if protocol.get("as")
        else []
    )
    filters = [filter_words(info)] if info.spec.get("filters") else []
    data = (
        translate("Protocol", "other data: {name}")
        if now.is_other_data(info.spec)
        else translate("Protocol", "data {name}")
    )
    named = data.format(name=now.data_name(info.spec) or NONE)
    marks = now.marks(info.spec)[int(now.is_other_data(info.spec)) :]
    return " · ".join([split_words(info, folds), *unusual, *filters, named, *marks])


class ProtocolLine(NamedTuple):
    """What numbers depend on, and how; `warned` where that makes them look better than they are."""

    what: str
    how: str
    warned: bool = False


def protocol_lines(runs: list[RunInfo], metric: str, now: Now = NOBODY) -> list[ProtocolLine]:
    """The protocol card of runs that were judged alike."""
    if not runs:
        return []
    protocol = next((one for info in runs if (one := protocol_of(info))), {})
    seeds = sorted({str(info.spec.get("seed", 0)) for info in runs})
    users = sorted({str(one.get("users")) for info in runs if (one := protocol_of(info)).get("users") is not None})
    said = [
        (translate("Protocol", "Filters"), filter_words(runs[0])),
        (translate("Protocol", "Split"), split_words(runs[0])),
        (translate("Protocol", "Learned from"), _of_each(runs, "learned")),
        (translate("Protocol", "Chosen"), _of_each(runs, "chosen")),
        (translate("Protocol", "Candidates"), _candidates(protocol), bool(protocol.get("sampled"))),
        (translate("Protocol", "Feedback"), protocol.get("feedback")),
        (translate("Protocol", "Left out"), protocol.get("masked")),
        (translate("Protocol", "Without evidence"), _without_evidence(protocol)),
        (translate("Protocol", "Relevant"), protocol.get("relevance")),
        (metric_title(metric), _formula(protocol, metric)),
        (translate("Protocol", "Interval"), protocol.get("interval")),
        (translate("Protocol", "Users tested"), ", ".join(users[:4])),
        (translate("Protocol", "Cutoffs"), ", ".join(str(k) for k in _listed(protocol.get("cutoffs")))),
        (translate("Protocol", "Seed"), ", ".join(seeds[:8])),
        (translate("Protocol", "No number"), _undefined(protocol)),
        (translate("Protocol", "Leaks"), together(runs)),
        (translate("Protocol", "Data"), data_words(runs[0], now)),
        *((translate("Protocol", "In doubt"), told) for told in _listed(protocol.get("doubts"))),
    ]
    named = data_words(runs[0], now)  # a name, written as it is
    return [
        ProtocolLine(what, how[:MAX_TITLE_CHARS] if how == named else _sentence(how), *warned)
        for what, how, *warned in said
        if what and how
    ]


def _of_each(runs: list[RunInfo], what: str) -> str:
    """What the protocols of the runs say, each named where there are several."""
    told = [(info.title, protocol[what]) for info in runs if (protocol := protocol_of(info)).get(what)]
    return told[0][1] if len(runs) == len(told) == 1 else "; ".join(f"{title}: {words}" for title, words in told)


def _without_evidence(protocol: dict[str, Any]) -> str:
    n = protocol.get("without_evidence")
    told = translate("Protocol", "{n:,} of {all:,} users got the most popular items, because nothing is known of them")
    people = told.format(n=n, all=protocol.get("users") or 0) if n else ""
    places, filled = protocol.get("filled_places"), translate("Protocol", "places filled with popular items: {n:,}")
    return "; ".join(filter(None, [people, filled.format(n=places) if places else ""]))


def _candidates(protocol: dict[str, Any]) -> Any:
    told = protocol.get("candidates")
    if not protocol.get("sampled"):
        return "; ".join(filter(None, [told, protocol.get("few_candidates")])) if isinstance(told, str) else told
    return (
        translate("Protocol", "sampled: {candidates}").format(candidates=told)
        if told
        else translate("Protocol", "sampled")
    )


def _undefined(protocol: dict[str, Any]) -> str:
    """Why metrics that were asked for have no number."""
    given = protocol.get("undefined")
    return " ".join(map(str, given.values())) if isinstance(given, dict) else ""


def _listed(value: Any) -> list[Any]:
    return value[:10] if isinstance(value, list) else []


def _formula(protocol: dict[str, Any], metric: str) -> Any:
    name = metric.partition("@")[0]
    formulas = protocol.get("formulas")
    told = formulas.get(name) if isinstance(formulas, dict) else None
    known = all_metrics().get(name)
    return told or (known.formula if known is not None and protocol else None)


def _sentence(value: Any) -> str:
    text = str(value)[:MAX_TITLE_CHARS]
    return text[:1].upper() + text[1:]
