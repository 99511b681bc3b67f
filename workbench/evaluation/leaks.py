"""Leak lights: what makes a test easier than life, caught by name before a number is believed.

A leak is knowledge of the truth that reaches what is trained, shown or chosen. Source of most: Kaufman, Rosset & Perlich,
"Leakage in data mining", TKDD 6(4), 2012; of those in time, Ji et al., "A critical study on data leakage in recommender
system offline evaluation", TOIS 41(3), 2023.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.amounts import counted, percent
from workbench.data.interactions import Array
from workbench.data.splitting import OWN_FILES, TEST, TRAIN, VALIDATION, Fold, Split
from workbench.data.splitting.base import checks
from workbench.errors import WorkbenchError

# Share of hidden interactions at the time of a shown one from which "the last" is the file's order more than time.
TIED_SHARE = 0.05
# Share of the test that validation may not have in common with it.
SAME_SHARE = 0.9
# So many numbers have to agree before agreement is no accident.
MIN_EQUAL_NUMBERS = 8
PIECE_ROWS = 1 << 18  # ratings that are looked at at once


@dataclass(frozen=True)
class Leak:
    """One leak that was found.

    Attributes
    ----------
    name : str
        By which it is called, such as "truth-in-history".
    count : int
        Interactions, items, users or numbers that are concerned.
    sentence : str
        What it is and what to do.
    """

    name: str
    count: int
    sentence: str


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the lights look at.

    Attributes
    ----------
    learned : dict of str to array
        What the algorithm has learned, by name.
    opened, trained : str or None
        When the test was opened first, and when training ended last (ISO 8601).
    """

    fold: Fold
    split: Split | None = None
    learned: Mapping[str, Array] | None = None
    opened: str | None = None
    trained: str | None = None


def find_leaks(evidence: Evidence) -> list[Leak]:
    """Every leak that is found; none, where all lights are green."""
    found = (light(evidence) for light in LIGHTS.values())
    return [leak for leak in found if leak is not None]


def truth_in_history(evidence: Evidence) -> Leak | None:
    """Hidden interactions that are shown, or left out of the lists so that they cannot be found."""
    fold = evidence.fold
    if fold.include_seen:  # people take things again
        return None
    parts = [fold.test, *([fold.validation] if fold.validation is not None else [])]
    count = sum(checks.shown_and_hidden(part, fold.data.n_items) for part in parts)
    if not count:
        return None
    told = f"{counted(count, 'test interaction', 'are')} in the histories that the algorithm is given. "
    return Leak("truth-in-history", count, told + _way_out(evidence, "Split the data again, without this overlap."))


def future_in_training(evidence: Evidence) -> Leak | None:
    """Something is learned that happened after something hidden, under a split by time."""
    if evidence.split is None or not evidence.split.by_time:
        return None
    count = checks.learned_later(evidence.fold)
    if not count:
        return None
    told = (
        f"{counted(count, 'training interaction', 'are')} not before all held-out ones, although the split is by time. "
    )
    return Leak("future-in-training", count, told + "Choose the split 'time', or correct the times.")


def duplicates_across(evidence: Evidence) -> Leak | None:
    """The same user and item are learned from and tested."""
    count = _shared(evidence.fold, TRAIN, TEST)
    if not count or evidence.fold.include_seen:  # people take things again
        return None
    told = f"{counted(count, 'test interaction', 'are')} also in training (the same user and item). "
    way = _way_out(evidence, "Remove the duplicates before the data is split.")
    return Leak("duplicates-across-the-split", count, told + way)


def _way_out(evidence: Evidence, usual: str) -> str:
    """What to do about what is on both sides: nothing was divided here where the sides are a person's own files."""
    own = evidence.split is not None and evidence.split.name == OWN_FILES
    return "Leave them out of the training file or of the test file." if own else usual


def test_chooses(evidence: Evidence) -> Leak | None:
    """The epoch is chosen by the test: validation is the test, or training went on after the test was opened."""
    fold = evidence.fold
    shared, hidden = _shared(fold, VALIDATION, TEST), int((fold.places == TEST).sum())
    if shared >= SAME_SHARE * hidden:
        told = (
            f"Validation shares {shared:,} of {counted(hidden, 'test interaction')}, so the test decides when to stop. "
        )
        return Leak("test-used-for-early-stopping", shared, told + "Use other interactions for validation.")
    if evidence.opened and evidence.trained and evidence.opened < evidence.trained:
        told = "Training went on after the test, so its results could influence your choices. "
        return Leak("test-used-for-early-stopping", 1, told + "Start a new run, and test it once, at the end.")
    return None


def validation_in_test(evidence: Evidence) -> Leak | None:
    """Some interactions are in validation and in the test."""
    fold = evidence.fold
    count = _shared(fold, VALIDATION, TEST)
    if not count or count >= SAME_SHARE * (fold.places == TEST).sum():
        return None
    told = f"{counted(count, 'interaction', 'are')} in both validation and test (the same user and item). "
    return Leak("validation-in-test", count, told + "Remove them from one of the two.")


def features_from_truth(evidence: Evidence) -> Leak | None:
    """A genre or year of the items tells which of them are in the truth."""
    fold = evidence.fold
    features = fold.data.item_features
    if features is None:
        return None
    hidden = np.bincount(fold.data.item[fold.places == TEST], minlength=fold.data.n_items)
    learned = fold.train.item_counts
    for name, values in _features(features.genres, features.year):
        there = ~np.isnan(values)
        truth, known = hidden[there], learned[there]
        for told, wanted, rival in (
            ("which items are in the test", truth > 0, known > 0),
            ("how often items are in the test", truth, known),
            ("how often items are in all of the data", truth + known, known),
        ):
            if _same(values[there], wanted) and not _same(values[there], rival):
                count = int(there.sum())
                sentence = f"{name} tells {told}: it was calculated from the test. Remove it from the item file."
                return Leak("item-features-from-the-truth", count, sentence)
    return None


def last_by_file_order(evidence: Evidence) -> Leak | None:
    """The last interactions of a user are last by the order of the file, because their times are equal."""
    fold, split = evidence.fold, evidence.split
    data = fold.data
    if split is None or not split.by_order or data.time is None:
        return None
    hidden = np.flatnonzero(fold.places == TEST)
    before = np.maximum(hidden - 1, 0)
    tied = (
        (data.user[before] == data.user[hidden])
        & (data.time[before] == data.time[hidden])
        & (fold.places[before] != TEST)
    )
    if tied.sum() < max(1, TIED_SHARE * len(hidden)):
        return None
    cold = int((fold.train.item_counts[data.item[hidden[tied]]] == 0).sum())
    touched, users = _different(data.user[hidden[tied]]), _different(data.user[hidden])
    told = (
        f"For {touched:,} of {counted(users, 'test user')} ({percent(round(touched / users, 2))}) the order of the file "
        "decided what is last, because a tested interaction has the same time as one that is shown. "
    )
    if cold:
        told += (
            f"{counted(cold, 'of these', many='of these')} {'is' if cold == 1 else 'are'} with items not in training. "
        )
    return Leak("last-by-file-order", int(tied.sum()), told + "Choose the split 'time', or more exact times.")


def normalised_over_all(evidence: Evidence) -> Leak | None:
    """A mean or spread that was learned is that of all ratings, not that of training."""
    fold = evidence.fold
    if fold.data.rating is None or evidence.learned is None:
        return None
    learned = {name: value for name, value in evidence.learned.items() if _is_number(value)}
    if not learned:
        return None
    measured = [_mean_and_std(ratings) for ratings in (fold.data.rating, fold.data.rating[fold.places == TRAIN])]
    for name, value in learned.items():
        for measure, whole, part in zip(("mean", "std"), *measured, strict=True):
            # The two must differ by more than a stored number of four bytes is off.
            if np.isclose(value, whole, rtol=1e-6) and not np.isclose(whole, part, rtol=1e-5):
                told = f"'{name}' ({float(value):.6g}) is the {measure} of all ratings, not of those in training "
                told += f"({part:.6g}). Calculate it from training only."
                return Leak("normalised-over-all-data", 1, told)
    return None


def _mean_and_std(ratings: Array) -> tuple[float, float]:
    """Both in double precision, piece by piece: a copy of all would be as large as the data."""
    n, mean, squares = max(1, len(ratings)), float(ratings.mean(dtype=np.float64)) if len(ratings) else 0.0, 0.0
    for start in range(0, len(ratings), PIECE_ROWS):
        beyond = ratings[start : start + PIECE_ROWS].astype(np.float64) - mean
        squares += float(beyond @ beyond)
    return mean, float(np.sqrt(squares / n))


def _is_number(value: Array) -> bool:
    return not np.ndim(value) and np.issubdtype(np.asarray(value).dtype, np.floating)


def same_user_twice(evidence: Evidence) -> Leak | None:
    """Ids that differ by spaces or case only, one of them learned from and another tested."""
    fold = evidence.fold
    ids = pc.utf8_lower(pc.utf8_trim_whitespace(fold.data.user_ids.cast(pa.string())))
    coded = ids.dictionary_encode()
    codes, different = coded.indices.to_numpy(zero_copy_only=False), len(coded.dictionary)
    if len(codes) == different:
        return None
    trained = np.bincount(codes, fold.train.by_user.lengths > 0, different)
    own = fold.train.by_user.lengths[fold.test.who] > 0
    doubled = trained[codes[fold.test.who]] - own > 0
    if not doubled.any():
        return None
    example = str(fold.data.user_ids[int(fold.test.who[doubled][0])])
    count = int(doubled.sum())
    told = (
        f"{counted(count, 'tested user', 'are')} in training under another id too that differs by spaces or case only"
    )
    return Leak(
        "same-user-twice", count, f"{told}, such as '{example}'. Make the ids equal before the data is imported."
    )


def popularity_over_test(evidence: Evidence) -> Leak | None:
    """A number of each item that was learned is its count in all of the data, not in training."""
    fold = evidence.fold
    whole, part = fold.data.item_counts.astype(np.float64), fold.train.item_counts.astype(np.float64)
    for name, value in (evidence.learned or {}).items():
        values = np.asarray(value)
        if values.shape != whole.shape or not np.issubdtype(values.dtype, np.number):
            continue
        if _same(values, whole) and not _same(values, part):
            told = f"'{name}' counts each item in all of the data, including the test. "
            return Leak("popularity-over-test", len(whole), told + "Count in training only.")
    return None


LIGHTS: dict[str, Callable[[Evidence], Leak | None]] = {
    "truth-in-history": truth_in_history,
    "future-in-training": future_in_training,
    "duplicates-across-the-split": duplicates_across,
    "test-used-for-early-stopping": test_chooses,
    "validation-in-test": validation_in_test,
    "item-features-from-the-truth": features_from_truth,
    "last-by-file-order": last_by_file_order,
    "normalised-over-all-data": normalised_over_all,
    "same-user-twice": same_user_twice,
    "popularity-over-test": popularity_over_test,
}

# Of these the numbers are right for what was done, which is only less well defined than it looks: a caution, no error.
CAUTIONS = frozenset({"last-by-file-order"})


def light(name: str, evidence: Evidence) -> Leak | None:
    """One light by its name."""
    if name not in LIGHTS:
        raise WorkbenchError(f"There is no leak check '{name}'. There are: {', '.join(LIGHTS)}.")
    return LIGHTS[name](evidence)


def _shared(fold: Fold, first: int, second: int) -> int:
    """Different pairs of a user and an item that are at both places: in one pass, because users stand together."""
    from workbench.data.kernels.masks import at_both

    data = fold.data
    return int(at_both(data.by_user.indptr, data.item, fold.places, first, second, data.n_items))


def _different(users: Array) -> int:
    """How many users there are in a column in their order."""
    return int(np.count_nonzero(np.diff(users, prepend=-1)))


def _features(genres: pa.Array, year: pa.Array) -> list[tuple[str, Array]]:
    """Numbers of the items: the year, and each genre as 0 and 1; NaN where nothing is known."""
    found = [("The year", pc.cast(year, pa.float64()).to_numpy(zero_copy_only=False))]
    if genres.null_count == len(genres):
        return found
    item = pc.list_parent_indices(genres).to_numpy(zero_copy_only=False)
    coded = pc.list_flatten(genres).dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    known = np.where(pc.is_valid(genres).to_numpy(zero_copy_only=False), 0.0, np.nan)
    for at, name in enumerate(coded.dictionary.to_pylist()):
        values = known.copy()
        values[item[codes == at]] = 1.0
        found.append((f"The genre '{name}'", values))
    return found


def _same(values: Array, wanted: Array) -> bool:
    """Whether one is the other, up to a factor and an offset; what does not vary tells nothing."""
    values, wanted = np.asarray(values, np.float64), np.asarray(wanted, np.float64)
    if len(values) < MIN_EQUAL_NUMBERS or np.ptp(values) == 0 or np.ptp(wanted) == 0:
        return False
    return bool(np.corrcoef(values, wanted)[0, 1] > 1 - 1e-9)
