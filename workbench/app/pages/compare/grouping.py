"""The rows of the table of runs: those that a person looks for, by algorithm or tag within what may be compared."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from workbench.app.pages.compare.comparable import NOBODY, Keys, fold_of, grouped
from workbench.app.pages.compare.model import Group
from workbench.app.runs.run_groups import Now
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import MAX_TITLE_CHARS, algorithm_of, differences
from workbench.app.widgets.translate import translate
from workbench.evaluation.aggregating import repeats

WAYS = ("protocol", "algorithm", "tag")
FEWEST = 2  # runs that have a mean and a deviation
SEARCH = "search:"  # before the title of a search, where else it is said in what runs differ
NO_SEARCHES: Mapping[str, str] = MappingProxyType({})


def matching(runs: Sequence[RunInfo], words: str) -> list[RunInfo]:
    """Runs that have every word in their name, algorithm or tags."""
    asked = words.casefold().split()
    return [info for info in runs if all(word in _said(info) for word in asked)] if asked else list(runs)


def _said(info: RunInfo) -> str:
    said = [
        str(info.title)[:MAX_TITLE_CHARS],
        info.algorithm[:MAX_TITLE_CHARS],
        algorithm_title(info),
        *info.notes.tags,
    ]
    return "\n".join(said).casefold()


def algorithm_title(info: RunInfo) -> str:
    """What its algorithm is called."""
    kind = algorithm_of(info)
    return kind.title if kind is not None else info.algorithm[:MAX_TITLE_CHARS]


def arranged(
    runs: Sequence[RunInfo],
    way: str,
    key: Keys,
    turned: Collection[str] = (),
    now: Now = NOBODY,
    searches: Mapping[str, str] = NO_SEARCHES,
) -> list[Group]:
    """Groups of runs that may be compared, divided by algorithm or by tag, in each the oldest run first.

    But by tag, runs that differ in their seed or fold alone stand together under what they come to, and the trials of a
    search under its name.

    Parameters
    ----------
    turned
        Ids of the first runs of repeats that are open where they would be closed, or closed where they would be open.
    now
        As of `grouped`.
    searches
        Titles of searches by their ids.
    """
    if way != "tag":
        trials = [info for info in runs if info.search in searches]
        sets = _sets([info for info in runs if info.search not in searches], key)
        sets += _searches(trials, searches, apart=way == "algorithm")
        folds = {
            one.id: sorted({fold_of(run) for run in part}) for part, what in sets if what == "folds" for one in part
        }
        groups = grouped(runs, folds, key, now)
        for group in groups:
            inside = {info.id for info in group.runs}
            own = [(part, what) for part, what in sets if part[0].id in inside]
            if way == "algorithm":
                group.parts = [_of_algorithm(part, own) for part in _by(group.runs, algorithm_title)]
            elif own:
                group.parts = _with_repeats(group.runs, own)
        for leaf in (leaf for group in groups for leaf in leaves(group) if leaf.turns):
            leaf.closed = (leaf.folded or way != "algorithm") != (min(info.id for info in leaf.runs) in turned)
        return groups
    groups = grouped(runs, key=key, now=now)
    for group in groups:
        parts = _by(group.runs, _first_tag)
        # Those without a tag come last, whatever comes first among the runs.
        parts.sort(key=lambda part: not _first_tag(part[0]))
        tags = [_first_tag(part[0]) or translate("Groups", "No tag") for part in parts]
        parted = zip(tags, parts, strict=True)
        group.parts = [Group(tag, part, level=1, ink="text", detail=_count(part)) for tag, part in parted]
    return groups


def _sets(runs: Sequence[RunInfo], key: Keys) -> list[tuple[list[RunInfo], str]]:
    """Runs that are repeats of each other, and in what they differ: "folds" or "seeds"."""
    alike: dict[str, list[RunInfo]] = {}
    for info in runs:
        alike.setdefault(key(info, fold=False), []).append(info)
    found = []
    for group in alike.values():
        known = {info.id: info for info in group}
        specs = {info.id: info.spec for info in group}
        several = repeats(specs, dict.fromkeys(known, 0.0), alike=key.alike(group))
        found += [([known[name] for name in runs_alike.runs], runs_alike.what) for runs_alike in several]
    return found


def _searches(trials: Sequence[RunInfo], titles: Mapping[str, str], *, apart: bool) -> list[tuple[list[RunInfo], str]]:
    """The trials of each search, with its title behind `SEARCH`; with `apart`, each algorithm's by themselves."""
    found: dict[tuple[str, str], list[RunInfo]] = {}
    for info in trials:
        found.setdefault((info.search, info.algorithm if apart else ""), []).append(info)
    return [(part, SEARCH + titles[search]) for (search, _), part in found.items()]


def _by(runs: Sequence[RunInfo], word: Callable[[RunInfo], str]) -> list[list[RunInfo]]:
    parts: dict[str, list[RunInfo]] = {}
    for info in runs:
        parts.setdefault(word(info), []).append(info)
    return list(parts.values())


def _first_tag(info: RunInfo) -> str:
    return info.notes.tags[0][:MAX_TITLE_CHARS] if info.notes.tags else ""


def _of_algorithm(runs: list[RunInfo], sets: Sequence[tuple[list[RunInfo], str]]) -> Group:
    """One algorithm's runs: its sets of repeats, and those that stand alone."""
    here = {info.id for info in runs}
    own = [(part, what) for part, what in sets if part[0].id in here]
    title = algorithm_title(runs[0])
    if len(own) == 1 and len(own[0][0]) == len(runs):
        return _of_repeats(title, *own[0], level=1)
    inside = {info.id for part, _ in own for info in part}
    alone = [[info] for info in runs if info.id not in inside]
    apart = differences([part[0] for part, _ in own] + [info for run in alone for info in run], seed=False)
    parts = [_of_repeats(apart.get(part[0].id) or title, part, what, level=2) for part, what in own]
    parts += [Group("", run, level=2) for run in alone]
    return Group(title, runs, parts, level=1, ink="text", detail=_count(runs))


def _with_repeats(runs: list[RunInfo], sets: Sequence[tuple[list[RunInfo], str]]) -> list[Group]:
    """Runs in their order, repeats as one where the first of them stands."""
    first = {part[0].id: (part, what) for part, what in sets}
    inside = {info.id for part, _ in sets for info in part}
    alike = differences([part[0] for part, _ in sets] + [info for info in runs if info.id not in inside], seed=False)
    found = []
    for info in runs:
        if info.id in first:
            part, what = first[info.id]
            title = ", ".join(filter(None, [algorithm_title(info), alike.get(info.id, "")]))
            found.append(_of_repeats(title, part, what, level=1))
        elif info.id not in inside:
            found.append(Group("", [info], level=1))
    return found


def _of_repeats(title: str, runs: list[RunInfo], what: str, *, level: int) -> Group:
    if what.startswith(SEARCH):
        words = translate("Groups", "1 trial") if len(runs) == 1 else translate("Groups", "{n} trials")
        name = what.removeprefix(SEARCH)
        return Group(name, list(runs), level=level, ink="text", detail=words.format(n=len(runs)), folded=True)
    if what == "folds":
        ordered = sorted(runs, key=lambda info: (fold_of(info), info.number))
        words = translate("Groups", "{n} folds").format(n=len({fold_of(info) for info in runs}))
        # Each fold is judged on other interactions: to rank one above another would mean nothing.
        return Group(title, ordered, level=level, ink="text", detail=words, summed=True, ranked=False)
    words = translate("Groups", "{n} seeds").format(n=len({info.spec.get("seed", 0) for info in runs}))
    ordered = sorted(runs, key=lambda info: (info.spec.get("seed", 0), info.number))
    return Group(title, ordered, level=level, ink="text", detail=words, summed=True)


def details(groups: Sequence[Group]) -> dict[str, str]:
    """By run id, what tells a run from its like: those of its algorithm, or its repeats where it stands among them."""
    words: dict[str, str] = {}
    for group in groups:
        words |= differences(group.runs)
        for part in leaves(group):
            words |= differences(part.runs) if part.turns else {}
            if not part.ranked:
                words |= {info.id: ", ".join(filter(None, [translate("Groups", "part {n}").format(n=fold_of(info) + 1),
                                                           words.get(info.id, "")])) for info in part.runs}  # fmt: skip
    return words


def leaves(group: Group) -> list[Group]:
    """The groups inside that are not divided further."""
    return [leaf for part in group.parts for leaf in leaves(part)] if group.parts else [group]


def _count(runs: Sequence[RunInfo]) -> str:
    return translate("Groups", "1 run") if len(runs) < FEWEST else translate("Groups", "{n} runs").format(n=len(runs))
