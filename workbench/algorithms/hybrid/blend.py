"""A blend of trained runs: their scores on one scale, added up with weights that the validation part has chosen.

Linear blending of scores: Fox & Shaw, "Combination of multiple searches", TREC-2, 1993; chosen on held-out people: Jahrer,
Töscher & Legenstein, "Combining predictions for accurate recommender systems", KDD 2010. Switching for those that nobody
knows: Burke, "Hybrid recommender systems", UMUAI 12(4), 2002. Reciprocal ranks: Cormack, Clarke & Büttcher, SIGIR 2009.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.learned import Learned, floats
from workbench.algorithms.hybrid.blend_weights import Judged, candidates, search
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.splitting import Part
from workbench.data.splitting.base.feedback import shown_as
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.data.side_files.items import Items

MAX_USERS = 5000  # of the validation that weights are chosen on, at most
# Scores of one block of people take at most this many numbers.
BATCH_SCORES = 2**23
# What those need that go by content alone.
BY_CONTENT = (("items",), ("vectors",))
SMOOTHING = 60  # of reciprocal ranks, as Cormack et al. have it


class Blend(Algorithm):
    """Score of an item: Σ weight · (score by a run, scaled to the same spread for everybody), weights adding up to 1.

    Of an item without interactions only a run that goes by content knows anything: it scores those alone, times a weight
    that is chosen on validation too. Of a person without a history it makes the whole list.
    """

    name, title = "blend", "Blend"
    summary = (
        "Adds up the scores of runs that are trained already, with weights that give the best lists on validation. "
        "For the last per cent, and with a content run among them for new people and items. "
        "Lists take as long as those of all its runs together."
    )
    reference = "Jahrer, Töscher & Legenstein, Combining predictions for accurate recommender systems, KDD 2010"
    feedback = ("positives", "weights", "ratings")  # each member takes of these what it declares
    fold_in = "approximate"
    places_items = True
    learned = ("weights", "cold_weight", "cold_items")
    shapes: ClassVar[dict[str, Learned]] = {
        "weights": floats("members"),
        "cold_weight": floats(),
        "cold_items": Learned("b", ("items",)),
    }

    runs: str = hyperparameter(
        "", "Runs", "Names of two or more trained runs of the same data and split, with commas between them."
    )
    scale: Literal["z-score", "rank"] = hyperparameter(
        "z-score",
        "Scale",
        "What is added up: each user's standardized scores, or the ranks in the user's list.",
    )

    _members: list[Algorithm] = PrivateAttr(default_factory=list)
    _validation: Part | None = PrivateAttr(default=None)
    _n_new: int = PrivateAttr(default=0)  # items that were placed after training
    _weights: Array  # float64 (members,)
    _cold_weight: float
    _cold_items: Array  # bool (n_items,), all False where no run goes by content

    def join(self, members: Sequence[Algorithm], validation: Part | None = None) -> None:
        """Say which trained algorithms are blended, and on which people weights are chosen."""
        self._members, self._validation = list(members), validation

    @property
    def _content(self) -> int | None:
        """Which member goes by content alone; None where none does."""
        by_content = (at for at, own in enumerate(self._members) if own.needs in BY_CONTENT and not own.iterative)
        return next(by_content, None)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if not self._members:
            raise WorkbenchError("A blend needs trained runs. Name two or more of the same data and split.")
        if self._validation is None:
            message = "A blend chooses its weights on a validation part, and this split has none. Choose one that has."
            raise WorkbenchError(message)
        self._cold_items = (data.positives.item_counts == 0) & (self._content is not None)
        part = self._validation.sample(MAX_USERS, seed)
        judged = yield from self._candidates(part)
        self._weights, self._cold_weight = yield from search(judged, len(self._members))
        found = dict(zip(self.runs.split(","), self._weights.tolist(), strict=False))
        yield Record(0, 1, ends_epoch=False, part=1.0, values=found)

    def _candidates(self, part: Part) -> Generator[Record, None, Judged]:
        """What the runs say of their best items and of the hidden ones."""
        found = []
        size = max(1, BATCH_SCORES // len(self._cold_items))
        for start in range(0, len(part), size):
            block = slice(start, min(start + size, len(part)))
            parts = self._parts(part.users[block], part.histories.rows(block))
            found += candidates(parts, part.seen.rows(block), part.truth.rows(block))
            yield Record(0, 1, ends_epoch=False, part=0.7 * block.stop / len(part))
        return Judged.gather(found, part.truth.lengths)

    def _parts(self, users: Array, histories: UserItems) -> Array:
        """What is added up, float32 (members + 1, n, n_items): each member of known items, and content of cold ones."""
        scaled = np.stack(
            [
                self._scaled(member.score(users, shown_as(histories, member.feedback)), histories)
                for member in self._members
            ]
        )
        cold = np.zeros((1, *scaled.shape[1:]), np.float32)
        if self._content is not None:
            cold[0][:, self._cold_items] = scaled[self._content][:, self._cold_items]
        scaled[:, :, self._cold_items] = 0
        return np.concatenate([scaled, cold])

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        able = [member for member in self._members if member.places_items]
        if not able:
            super().add_items(known, new, counts)  # says why not
        for member in able:
            member.add_items(known, new, counts)
        self._n_new += len(new)
        self._cold_items = np.append(self._cold_items, np.full(len(new), self._content is not None))

    def _score_of(self, member: Algorithm, users: Array, histories: UserItems) -> Array:
        """What a member adds up; 0 for new items where it cannot place them."""
        if not self._n_new or member.places_items:
            return self._scaled(member.score(users, shown_as(histories, member.feedback)), histories)
        told = histories.where(histories.item < len(self._cold_items) - self._n_new)
        scaled = self._scaled(member.score(users, shown_as(told, member.feedback)), told)
        return np.pad(scaled, ((0, 0), (0, self._n_new)))

    def score(self, users: Array, histories: UserItems) -> Array:
        weights = np.repeat(self._weights[:, None], len(users), axis=1)  # (members, n)
        strangers = users < 0
        if strangers.any():
            able = np.array([member.fold_in != "none" for member in self._members])
            weights[:, strangers] = _shared(np.where(able, self._weights, 0), able)[:, None]
        unknown = strangers & (histories.lengths == 0)
        total = np.zeros((len(users), len(self._cold_items)), np.float32)
        for at, member in enumerate(self._members):
            if not weights[at].any() and at != self._content:
                continue
            scaled = self._score_of(member, users, histories)
            known = weights[at].astype(np.float32)
            if self._content is not None:
                known = np.where(unknown, np.float32(at == self._content), known)
            warm = scaled * known[:, None]
            if at == self._content:
                cold = np.where(unknown, 1, self._cold_weight).astype(np.float32)
                warm[:, self._cold_items] = scaled[:, self._cold_items] * cold[:, None]
            elif self._content is not None:
                warm[:, self._cold_items] = 0
            total += warm
        return self._spread_new(total, weights)

    def _spread_new(self, total: Array, weights: Array) -> Array:
        """Scores where what those members say of new items that can place them stands for what the others would say."""
        if self._n_new and self._content is None:
            placing = np.array([member.places_items for member in self._members])
            share = weights[placing].sum(axis=0)
            total[:, -self._n_new :] /= np.where(share > 0, share, 1)[:, None].astype(np.float32)
        return total

    def _scaled(self, scores: Array, histories: UserItems) -> Array:
        return ranks(scores) if self.scale == "rank" else standard(scores, histories)


def standard(scores: Array, histories: UserItems) -> Array:
    """Scores less their mean, by their standard deviation over the items not in the history, float32 (n, n_items).

    Models lift what somebody has had already, and that is on no list. A row of equal scores gives zeros.
    """
    n, n_items = scores.shape
    row = np.repeat(np.arange(n), histories.lengths)
    left = np.maximum(n_items - histories.lengths, 1)  # histories hold an item once
    x = scores - scores.mean(axis=1, dtype=np.float64, keepdims=True)  # float64
    x -= ((x.sum(axis=1) - np.bincount(row, x[row, histories.item], n)) / left)[:, None]
    squares = np.einsum("ij,ij->i", x, x) - np.bincount(row, x[row, histories.item] ** 2, n)
    spread = np.sqrt(np.maximum(squares, 0) / left)
    flat = spread <= 1e-6 * np.abs(scores).max(axis=1, initial=1e-30)  # nothing but rounding
    x /= np.where(flat, np.inf, spread)[:, None]
    return x.astype(np.float32)


def ranks(scores: Array) -> Array:
    """`SMOOTHING` / (`SMOOTHING` + place in the list), float32 (n, n_items); equal scores share the better place."""
    places = [len(row) - np.searchsorted(np.sort(row), row, side="right") for row in scores]
    return (SMOOTHING / (SMOOTHING + np.array(places, np.float32).reshape(scores.shape))).astype(np.float32)


def _shared(weights: Array, able: Array) -> Array:
    """Weights made to add up to 1 again; alike for all that are able where none of those counts."""
    weights = weights if weights.sum() > 0 else (able if able.any() else np.ones_like(able)).astype(float)
    return np.asarray(weights / weights.sum())
