"""What a split makes of interactions: what is learned from, and people with what is shown and what is hidden of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.masking import picked

# Places of an interaction. SHOWN: in the history of a person of whom nothing is learned from. UNUSED: none of all that,
# such as what happened after the test.
TRAIN, VALIDATION, TEST, SHOWN, UNUSED = range(5)


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
    """

    who: Array
    users: Array
    histories: UserItems
    seen: UserItems
    truth: UserItems

    def __len__(self) -> int:
        return len(self.who)

    def sample(self, n: int, seed: int) -> "Part":
        """At most `n` people, drawn without order effects."""
        if n >= len(self):
            return self
        chosen = np.sort(np.random.default_rng(seed).choice(len(self), n, replace=False))
        rows = (self.histories.rows(chosen), self.seen.rows(chosen), self.truth.rows(chosen))
        return Part(self.who[chosen], self.users[chosen], *rows)


@dataclass(frozen=True, eq=False)
class Fold:
    """One division of the data. Its parts are cut out when they are first asked for: of a large data set each is large.

    Attributes
    ----------
    data : Interactions
        All that is divided.
    places : int8 (n,)
        Where each interaction of the data falls.
    show_validation : bool
        Whether the validation interactions are in the histories of the test.
    """

    data: Interactions
    places: Array
    show_validation: bool = True

    @cached_property
    def train(self) -> Interactions:
        """What is learned from."""
        return self.data.take(self.places == TRAIN)

    @cached_property
    def validation(self) -> Part | None:
        """Who chooses the best epoch, by a history without validation interactions; None where there are none."""
        hidden = self.data.take(self.places == VALIDATION)
        return _part(self.train, self._shown, self._shown, hidden) if len(hidden) else None

    @cached_property
    def test(self) -> Part:
        """Who judges."""
        return _part(self.train, self.shown_at_test, self.seen_at_test, self.data.take(self.places == TEST))

    @property
    def shown_at_test(self) -> Interactions:
        """What an algorithm is shown of everybody at the test."""
        return self.seen_at_test if self.show_validation else self._shown

    @cached_property
    def seen_at_test(self) -> Interactions:
        """What is left out of everybody's lists at the test."""
        if not (self.places == VALIDATION).any():
            return self._shown
        return self.data.take((self.places != TEST) & (self.places != UNUSED))

    @cached_property
    def _shown(self) -> Interactions:
        """What is shown of everybody without validation interactions: what is the same is held once."""
        apart = (self.places == SHOWN).any()
        return self.data.take((self.places == TRAIN) | (self.places == SHOWN)) if apart else self.train


def _part(train: Interactions, shown: Interactions, seen: Interactions, hidden: Interactions) -> Part:
    who = np.flatnonzero(hidden.by_user.lengths).astype(np.int32)
    users = np.where(train.by_user.lengths[who] > 0, who, -1).astype(np.int32)
    histories = _rows(shown.by_user, who)
    return Part(
        who, users, histories, histories if seen is shown else _rows(seen.by_user, who), _rows(hidden.by_user, who)
    )


def _rows(all_users: UserItems, who: Array) -> UserItems:
    """Rows of some users, in order; nothing is copied where the others have none."""
    lengths = all_users.lengths
    n = int(lengths[who].sum())
    if n < len(all_users.item) // 4:
        return all_users.rows(who)
    item, rating, time = all_users.item, all_users.rating, all_users.time
    if n < len(item):  # of most of many, marking who stays takes less time and memory than finding each entry
        chosen = np.zeros(len(all_users), bool)
        chosen[who] = True
        kept = np.repeat(chosen, lengths)
        item, rating, time = picked((item, rating, time), kept)
    return UserItems(np.concatenate([[0], np.cumsum(lengths[who])]), item, rating, time)
