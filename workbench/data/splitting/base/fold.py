"""What a split makes of interactions: what is learned from, and people with what is shown and what is hidden of them."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.masking import picked
from workbench.data.splitting.base.feedback import POSITIVES, Declared, learned_as
from workbench.data.splitting.base.places import SHOWN, TEST, TRAIN, UNUSED, VALIDATION

__all__ = ["SHOWN", "TEST", "TRAIN", "UNUSED", "VALIDATION", "Fold", "Part"]


@dataclass(frozen=True, eq=False)
class Part:
    """People to score, what may be shown of them, and what is hidden.

    Attributes
    ----------
    who : int32 (n,)
        Index of each person in ``user_ids``.
    users : int32 (n,)
        The same index where training saw the person, else -1 (to be folded in from the history).
    histories : UserItems (n rows)
        What the algorithm is shown.
    seen : UserItems (n rows)
        What is left out of the lists.
    truth : UserItems (n rows)
        What is hidden; every row has at least one item.
    among : bool (n_items,) or None
        Items that lists are made of, where not of all.
    """

    who: Array
    users: Array
    histories: UserItems
    seen: UserItems
    truth: UserItems
    among: Array | None = None

    def __len__(self) -> int:
        return len(self.who)

    def sample(self, n: int, seed: int) -> "Part":
        """At most `n` people, drawn without order effects."""
        if n >= len(self):
            return self
        chosen = np.sort(np.random.default_rng(seed).choice(len(self), n, replace=False))
        rows = (self.histories.rows(chosen), self.seen.rows(chosen), self.truth.rows(chosen))
        return Part(self.who[chosen], self.users[chosen], *rows, self.among)


@dataclass(frozen=True, eq=False)
class Fold:
    """One division of the data. Its parts are cut out when they are first asked for: of a large data set each is large.

    Attributes
    ----------
    data : Interactions
        All that is divided.
    places : int8 (n,)
        Where each interaction of the data falls; only positives are hidden.
    show_validation : bool
        Whether the validation interactions are in the histories of the test.
    feedback : tuple of str
        What the algorithm reads of the worth of events (`splitting.base.feedback`): it gets nothing else.
    include_seen : bool
        Whether people take things again, so that lists leave out nothing, in validation and test, too.
    only_hidden_items : bool
        Whether lists of validation and test are made of the items alone that each hides.
    """

    data: Interactions
    places: Array
    show_validation: bool = True
    feedback: Declared = POSITIVES
    include_seen: bool = False
    only_hidden_items: bool = False

    def read_by(self, feedback: Declared, *, include_seen: bool = False) -> "Fold":
        """The same division for an algorithm that reads this of the worth of events, and for such lists."""
        if self.data.weight is None and include_seen == self.include_seen:
            return self
        return replace(self, feedback=feedback, include_seen=include_seen)

    def learning_validation(self) -> "Fold":
        """The same test, where what validation hides is learned from, too, with all that is shown of those people."""
        hidden = self.places == VALIDATION
        judged = np.zeros(self.data.n_users, bool)
        judged[self.data.user[hidden]] = True
        judged[self.data.user[self.places == TEST]] = False  # what is shown of those stays shown
        shown = (self.places == SHOWN) & judged[self.data.user]
        return replace(self, places=np.where(hidden | shown, np.int8(TRAIN), self.places))

    @cached_property
    def train(self) -> Interactions:
        """What was chosen of what is learned from: the positives, each of weight 1."""
        return self._taken(self.places == TRAIN).positives.unweighted()

    @cached_property
    def learned_from(self) -> Interactions:
        """What the algorithm learns from."""
        if self.data.weight is None:
            return self.train
        return learned_as(self._taken(self.places == TRAIN), self.feedback)

    @cached_property
    def validation(self) -> Part | None:
        """Who chooses the best epoch, by a history without validation interactions; None where there are none."""
        hidden = self._taken(self.places == VALIDATION).unweighted()
        seen = self._nothing if self.include_seen else self._seen
        return self._part(self._shown, seen, hidden) if len(hidden) else None

    @cached_property
    def test(self) -> Part:
        """Who judges."""
        return self._part(self.shown_at_test, self.seen_at_test, self._taken(self.places == TEST).unweighted())

    @property
    def shown_at_test(self) -> Interactions:
        """What an algorithm is shown of everybody at the test."""
        return self._all_shown if self.show_validation else self._shown

    @property
    def seen_at_test(self) -> Interactions:
        """What is left out of everybody's lists at the test."""
        return self._nothing if self.include_seen else self._all_seen

    def seen_by(self, masked: str) -> Interactions:
        """What would be left out of everybody's lists: ``train+validation`` as usual, ``train`` only, or ``nothing``."""
        return {"nothing": lambda: self._nothing, "train": lambda: self._seen}.get(masked, lambda: self._all_seen)()

    @cached_property
    def _all_seen(self) -> Interactions:
        """What everybody had seen at the test: also all that was seen and not chosen, whenever."""
        if not (self.places == VALIDATION).any():
            return self._seen
        return self._with_refused((self.places != TEST) & (self.places != UNUSED))

    @cached_property
    def _nothing(self) -> Interactions:
        return self._taken(np.zeros(len(self.places), bool)).unweighted()

    @cached_property
    def _all_shown(self) -> Interactions:
        """What is shown of everybody, with validation interactions."""
        if self.data.weight is None:
            return self._all_seen
        return self._read((self.places != TEST) & (self.places != UNUSED))

    @cached_property
    def _shown(self) -> Interactions:
        """What is shown of everybody without validation interactions: what is the same is held once."""
        if self.data.weight is None:
            return self._seen
        return self._read((self.places == TRAIN) | (self.places == SHOWN))

    @cached_property
    def _seen(self) -> Interactions:
        """What everybody has seen without validation interactions."""
        apart = (self.places == SHOWN).any() or self.data.weight is not None
        return self._with_refused((self.places == TRAIN) | (self.places == SHOWN)) if apart else self.train

    def _taken(self, chosen: Array) -> Interactions:
        return self.data.take(chosen)

    def _with_refused(self, chosen: Array) -> Interactions:
        """Some interactions, and all that are no positives."""
        if self.data.weight is not None:
            chosen = chosen | (self.data.weight <= 0)
        return self._taken(chosen).unweighted()

    def _read(self, chosen: Array) -> Interactions:
        """Histories as the algorithm reads them."""
        return learned_as(self._taken(chosen), tuple(what for what in self.feedback if what != "dislikes"))

    def _part(self, shown: Interactions, seen: Interactions, hidden: Interactions) -> Part:
        who = np.flatnonzero(hidden.by_user.lengths).astype(np.int32)
        users = np.where(self.learned_from.by_user.lengths[who] > 0, who, -1).astype(np.int32)
        histories = _rows(shown.by_user, who)
        masked = histories if seen is shown else _rows(seen.by_user, who)
        among = hidden.item_counts > 0 if self.only_hidden_items else None
        return Part(who, users, histories, masked, _rows(hidden.by_user, who), among)


def _rows(all_users: UserItems, who: Array) -> UserItems:
    """Rows of some users, in order; nothing is copied where the others have none."""
    lengths = all_users.lengths
    n = int(lengths[who].sum())
    if n < len(all_users.item) // 4:
        return all_users.rows(who)
    columns = (all_users.item, all_users.rating, all_users.time, all_users.weight)
    if n < len(all_users.item):  # of most of many, marking who stays takes less time and memory than finding each entry
        chosen = np.zeros(len(all_users), bool)
        chosen[who] = True
        kept = np.repeat(chosen, lengths)
        columns = tuple(picked(columns, kept))
    return UserItems(np.concatenate([[0], np.cumsum(lengths[who])]), *columns)
