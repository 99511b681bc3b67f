"""What a split makes of interactions: what is learned from, and people with what is shown and what is hidden of them."""

from dataclasses import dataclass

import numpy as np

from workbench.data.interactions import Array, Interactions, UserItems

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
    """One division of the data.

    Attributes
    ----------
    train : Interactions
        What is learned from.
    test, validation : Part
        Who judges and who chooses the best epoch; the latter may be None.
    shown_at_test, seen_at_test : Interactions
        Of everybody: what an algorithm is shown at the test, and what is left out of the lists.
    places : int8 (n,)
        Where each interaction of the data fell.
    """

    train: Interactions
    test: Part
    validation: Part | None
    shown_at_test: Interactions
    seen_at_test: Interactions
    places: Array


def divide(data: Interactions, places: Array, *, show_validation: bool) -> Fold:
    """Put interactions where `places` says. What is the same is held once: this is the memory of a large data set."""
    train, tested, chosen = (data.take(places == place) for place in (TRAIN, TEST, VALIDATION))
    shown = data.take((places == TRAIN) | (places == SHOWN)) if (places == SHOWN).any() else train
    known = data.take((places != TEST) & (places != UNUSED)) if len(chosen) else shown
    at_test = known if show_validation else shown
    validation = _part(train, shown, shown, chosen) if len(chosen) else None
    return Fold(train, _part(train, at_test, known, tested), validation, at_test, known, places)


def _part(train: Interactions, shown: Interactions, seen: Interactions, hidden: Interactions) -> Part:
    who = np.flatnonzero(hidden.by_user.lengths).astype(np.int32)
    users = np.where(train.by_user.lengths[who] > 0, who, -1).astype(np.int32)
    histories = _rows(shown.by_user, who)
    return Part(
        who, users, histories, histories if seen is shown else _rows(seen.by_user, who), _rows(hidden.by_user, who)
    )


def _rows(all_users: UserItems, who: Array) -> UserItems:
    return all_users if len(who) == len(all_users) else all_users.rows(who)
