"""What the command palette offers: commands, runs, algorithms, fields of the form, columns, users and items."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from PySide6.QtGui import QAction

from workbench.app.runs.run_text import short_title
from workbench.app.runs.state_text import state_title
from workbench.app.session.run_combo import usable_runs
from workbench.app.session.session import Session
from workbench.app.widgets.translate import declared, translate

NEAR = 75  # of 100: how much of a word must be the same
MAX_SHOWN = 40  # offers in the list at once
MAX_TITLE_CHARS, MAX_ID_CHARS = 200, 24
Json = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """Something that can be done or looked at.

    Attributes
    ----------
    title, note : str
        At the left, and quietly at the right.
    do : callable
        Does it.
    words : str
        What else it is called.
    command : bool
        Whether a few letters of its title in their order find it, and it is there before anything is typed.
    exact : bool
        Whether it is called what was typed, so that it comes first.
    """

    title: str
    note: str
    do: Callable[[], object]
    words: str = ""
    command: bool = False
    exact: bool = False


def plain_title(action: QAction) -> str:
    """The title of an action without the marks of its keys."""
    return action.text().replace("&", "")


def commands(actions: Sequence[QAction]) -> list[Offer]:
    """Actions that can be taken now."""
    return [
        Offer(plain_title(action), action.shortcut().toString(), action.trigger, str(action.data() or ""), command=True)
        for action in actions
        if action.text() and action.isEnabled()
    ]


def things(session: Session) -> Iterator[Offer]:
    """What is in the project: runs, algorithms, the form's fields, columns of the file."""
    for info in reversed(session.runs.all()):
        note = translate("Offers", "Run, {state}").format(state=state_title(info.state).lower())
        yield Offer(short_title(info), note, partial(_show_run, session, info.id))
    if session.data is None:
        return
    from workbench.algorithms import all_algorithms

    for name, kind in all_algorithms().items():
        yield Offer(
            kind.title, translate("Offers", "Algorithm"), partial(session.request_page, "train", algorithm=name),
            f"{name} {declared(kind.family)}",
        )  # fmt: skip
    chosen = str(session.project.view("page.train").get("algorithm"))
    # Equally good ones stay in this order: those of the form that is open first.
    for name, kind in sorted(all_algorithms().items(), key=lambda known: known[0] != chosen):
        note = translate("Offers", "Setting of {algorithm}").format(algorithm=kind.title)
        for field, declaration in kind.model_fields.items():
            ask = partial(session.request_page, "train", algorithm=name, field=field)
            yield Offer(declared(declaration.title or field), note, ask, f"{field} settings {name} {kind.title}")
    columns = (session.about.get("recipe") or {}).get("columns") or {}
    for role, column in columns.items():
        if isinstance(column, str):
            note = translate("Offers", "Column, read as {role}").format(role=role)
            yield Offer(column, note, partial(session.request_page, "data"), role)


def people_and_items(session: Session, answer: Json) -> list[Offer]:
    """What the job ``find_anything`` answered; only where a run can show it."""
    if not usable_runs(session):
        return []
    found = []
    for kind, shown, note in (
        ("user", "user", translate("Offers", "User {id}, {what}")),
        ("item", "title", translate("Offers", "Item {id}, {what}")),
    ):
        for entry in answer[f"{kind}s"]:
            title = " ".join(str(entry.get(shown) or entry[kind])[:MAX_TITLE_CHARS].split())
            do = partial(session.request_page, "inspect", **{kind: entry[kind]})
            n, called = entry["interactions"], str(entry[kind])[:MAX_ID_CHARS]
            one = translate("Offers", "1 interaction")
            what = one if n == 1 else translate("Offers", "{n:,} interactions").format(n=n)
            words = note.format(id="" if called == title else called, what=what).replace(" ,", ",")
            found.append(Offer(title, words, do, exact=entry["exact"]))
    return found


def _show_run(session: Session, run_id: str) -> None:
    session.selection.select_runs([run_id])
    session.request_page("train")


class Finder:
    """Finds offers by what is typed; without anything typed, the commands."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        from workbench.data.overview.word_index import WordIndex

        self._offers = list(offers)
        named = pa.array([f"{offer.title} {offer.words}" for offer in self._offers], pa.string())
        # Of equally good ones that of the shortest title: what was typed is most of it.
        self._by_words = WordIndex(named, weight=np.array([-len(offer.title) for offer in self._offers]))

    def find(self, query: str, others: Sequence[Offer] = ()) -> list[Offer]:
        """Those that are called so, those that have the words, and commands that have the letters; then `others`."""
        typed = query.strip()
        if not typed:
            return [offer for offer in self._offers if offer.command]
        by_words = [self._offers[at] for at in self._by_words.find(typed, MAX_SHOWN).tolist()]
        costs = {id(offer): match(typed, offer.title) for offer in self._offers if offer.command}
        by_letters = [offer for offer in self._offers if costs.get(id(offer)) is not None and offer not in by_words]
        by_letters.sort(key=lambda offer: costs[id(offer)] or 0)
        nearly = [] if by_words else self._nearly(typed)
        mine = [*by_words, *nearly, *(offer for offer in by_letters if offer not in nearly)]
        exact = [offer for offer in (*mine, *others) if offer.exact or offer.title.casefold() == typed.casefold()]
        return [*exact, *(offer for offer in (*mine, *others) if offer not in exact)][:MAX_SHOWN]

    def _nearly(self, typed: str) -> list[Offer]:
        """Commands that are called nearly so: of a command one types a word, and there are few of them."""
        from rapidfuzz import fuzz, process

        offers = [offer for offer in self._offers if offer.command]
        words = [(offer, word) for offer in offers for word in f"{offer.title} {offer.words}".casefold().split()]
        near = process.extract(
            typed.casefold(), [word for _, word in words], scorer=fuzz.ratio, score_cutoff=NEAR, limit=MAX_SHOWN
        )
        found = sorted(((-score, len(words[at][0].title), at) for _, score, at in near))
        return list({id(words[at][0]): words[at][0] for _, _, at in found}.values())


def match(query: str, title: str) -> int | None:
    """How well the letters of `query` appear in `title` in this order: smaller is better, None: they do not.

    A letter right behind the one before costs nothing, one that begins a word costs 1, any other what is skipped and 2.
    """
    query, lower = query.lower().replace(" ", ""), title.lower()
    best: dict[int, int] = {-1: 0}  # place of the last letter found to the least cost of getting there
    for letter in query:
        reached: dict[int, int] = {}
        for at in (i for i, letter_at in enumerate(lower) if letter_at == letter):
            begins = at == 0 or lower[at - 1] == " "
            costs = [
                cost + (0 if at == before + 1 else 1 if begins else at - before + 1)
                for before, cost in best.items()
                if before < at
            ]
            if costs:
                reached[at] = min(costs)
        best = reached
    return min(best.values(), default=None)
