"""What an algorithm is: declared hyperparameters, a `train` that learns, and a `score` for every item."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from workbench.algorithms.base.learned import USUAL, Learned
from workbench.algorithms.base.portable import Portable
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import explain
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

    from workbench.data.side_files.items import Items

NEEDED = {"items": "titles, genres or vectors of the items", "vectors": "vectors of the items"}

# Interactions of a history that are left out in turn at most.
LEFT_OUT = 200


@dataclass(frozen=True)
class Record:
    """What an iterative algorithm reports after a step or an epoch.

    Attributes
    ----------
    epoch : int
        Epochs finished so far (inside the third epoch it is 2).
    epochs : int
        Epochs asked for.
    loss : float or None
        Mean loss since the last record of this kind.
    ends_epoch : bool
        Whether an epoch has just ended. Only then is `Algorithm.state` complete enough to go on from.
    part : float
        Share of the running epoch that is done, 0 to 1.
    values : dict of str to float
        More numbers to show: learning rate, gradient norm, …
    """

    epoch: int
    epochs: int
    loss: float | None = None
    ends_epoch: bool = True
    part: float = 0.0
    values: dict[str, float] = field(default_factory=dict)


class Algorithm(BaseModel):
    """Base of all algorithms.

    Class attributes (declared by each file)
    -----------------------------------
    name : its name on the command line, lower case with hyphens
    title : its name in the window
    summary : two or three plain sentences: what it does, when to use it, what it costs
    reference : the paper
    needs : of ``"ratings"``, ``"time"``, ``"items"`` (titles, genres or vectors) and ``"vectors"``, what the data must have
    feedback : what it reads of the worth of events, as its paper allows: ``positives`` each of weight 1; ``weights`` of
        positives, in `train` and in histories; ``dislikes``, rows in `train` of a weight below 0, and of 0 for what was
        merely seen; ``ratings``, every event as it was rated. Nothing else is passed to it
    fold_in : whether people who were not in training are scored ``exact``, ``approximate`` or not (``none``)
    places_items : whether items that nobody has met are placed by what is known of them
    personal : whether lists are meant to differ by person; where not, they stand as they are for those, too, of whom
        nothing is known (`workbench.evaluation.evidence`)
    zero_is_unknown : whether an item scores exactly 0 where nothing links it to the person; popular ones then come first
    explains : whether reasons are ``exact`` or ``approximate``
    predicts_ratings : whether `predict` gives ratings
    iterative : whether it has epochs (and then a hyperparameter ``epochs``)
    uses_torch : whether it is trained with torch
    best_threads : threads that were measured to be best; 0 for all cores
    adjustable : names of hyperparameters that may be changed while it trains
    learned : names of private attributes (without underscore) that hold what was learned, as arrays or numbers
    optional : those of them that are None, and no part of a state, where there is nothing to learn them from
    gaps : those of them that are NaN where nothing is known, such as the mean rating of an item that nobody rated
    shapes : of those, how each must be that is not as usual (`workbench.algorithms.base.learned`)

    Its ``family``, the group that it stands in, is named after the folder it lies in.

    Hyperparameters are pydantic fields declared with `workbench.declaring.hyperparameter`.
    """

    # Defaults are looked at, too: whether one is possible may depend on what was given.
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, validate_default=True)

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    family: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    feedback: ClassVar[tuple[str, ...]] = ("positives",)
    fold_in: ClassVar[Literal["exact", "approximate", "none"]] = "none"
    places_items: ClassVar[bool] = False
    personal: ClassVar[bool] = True
    zero_is_unknown: ClassVar[bool] = False
    explains: ClassVar[Literal["exact", "approximate"]] = "approximate"
    predicts_ratings: ClassVar[bool] = False
    iterative: ClassVar[bool] = False
    uses_torch: ClassVar[bool] = False
    best_threads: ClassVar[int] = 0
    adjustable: ClassVar[tuple[str, ...]] = ()
    learned: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    gaps: ClassVar[tuple[str, ...]] = ()
    shapes: ClassVar[dict[str, Learned]] = {}

    # Where tensors live ("cpu", "cuda", …); chosen by whoever starts the run. Only neural algorithms look at it.
    _device: str = PrivateAttr(default="cpu")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.family = cls.__module__.rpartition(".")[0].rpartition(".")[2].capitalize()

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        """Learn from `data`; closed-form algorithms yield nothing, iterative ones a `Record` for steps and epochs.

        After `restore` an iterative algorithm goes on after its last finished epoch. Randomness depends on the seed and
        the epoch only, so that an interrupted training ends bit for bit like one that was not.

        What is known of the items stands in ``data.item_features``, for all items, also those that nobody has met yet.
        What is known of users stands in ``data.user_features``.
        `score` does not see it: whatever scoring needs of it belongs to what was learned.
        """
        raise NotImplementedError

    def score(self, users: Array, histories: UserItems) -> Array:
        """Score every item for some users; higher is better.

        Parameters
        ----------
        users : int32 (n,)
            Training indices; -1 for people who were not in training.
        histories : UserItems (n rows)
            What may be known of them.

        Returns
        -------
        float32 (n, n_items)
            A fresh array: the caller may write to it.
        """
        raise NotImplementedError

    def reads(self) -> int | None:
        """How many interactions at the end of a history scores follow from; None for all of it."""
        return None

    def may_leave_out(self) -> int:
        """How many interactions of a history may be left out in turn, where scores follow anew each time."""
        return LEFT_OUT

    def scores_without(self, history: UserItems, places: Array) -> Array:
        """Scores after one history (one row) less each of its `places` in turn, of somebody who is known by it alone.

        float32 (len(places), n_items). An algorithm that can tell the difference need not begin anew for each.
        """
        first = len(history.item) - (self.reads() or len(history.item))
        read = places >= first
        nobody = np.full(1 + int(read.sum()), -1, np.int32)
        if read.all():
            return self.score(nobody[1:], history.without_each(places))
        found = np.repeat(self.score(nobody[:1], history), len(places), axis=0)
        if read.any():
            found[read] = self.score(nobody[1:], history.without_each(places[read]))
        return found

    def sparse_scores(self, users: Array, histories: UserItems) -> "tuple[sp.csr_matrix, sp.csr_matrix] | None":
        """Scores as a product of two sparse float32 matrices, (n, m) and (m, n_items); None where they are not one.

        Lists are then made without a number for each user and item. `score` gives the same bits: both add up the products
        of an item in the order of the first matrix.
        """
        return None

    def factor_scores(self, users: Array, histories: UserItems) -> tuple[Array, Array, Array | None] | None:
        """Scores as ``X @ Y.T + b``: float32 (n, d), (n_items, d) and (n_items,) or no bias; None where they are not.

        Lists are then made without a number for each user and item, by sums in double precision; the rounding of `score`
        may put two items apart or together that are equal but for their last digit.
        """
        return None

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        """Take up items that training has not met, behind the others, by what is known of them.

        Parameters
        ----------
        known : Items (n_items)
            What was known of all items in training.
        new : Items
            What is known of the new ones.
        counts : int64 (n_items,)
            Training interactions of each item.
        """
        message = f"{self.title} cannot place items that were not in the data. "
        raise WorkbenchError(message + "Train on data that has them, or choose an algorithm that can, such as content.")

    def predict(self, users: Array, items: Array) -> Array:
        """Predict the rating of each pair, float32 (n,), clipped to the scale of training; -1 stands for unknown."""
        message = f"{self.title} ranks items; it does not predict ratings. Use biased-svd or average for that."
        raise WorkbenchError(message)

    def adjust(self, name: str, since: float, value: float) -> None:
        """Let one of `adjustable` have another value from there on where `since` epochs are done, such as 2.25.

        A training that is taken up again is told of all changes in their order, so that it goes the same way.
        """
        raise NotImplementedError

    def contributions(self, history: UserItems, item: int) -> Array | None:
        """What each interaction of one history (one row) adds to the score of `item`, float64 (len(history.item),).

        None where the score is not such a sum, or where it is the sum of what the interactions say one by one: then
        `workbench.insight.explaining` finds out by itself.
        """
        return None

    def spoken(self, history: UserItems, item: int, items: "Items | None") -> dict[str, float] | None:
        """What each kind of knowledge adds to the score of `item` for somebody who is known by a history, by its name.

        ``people`` is what others did, ``words`` are titles, genres and decades, and any other name is a kind of vectors.
        They add up to the score. None where the score is not such a sum, or is one of ``people`` alone.

        Parameters
        ----------
        history : UserItems
            Of one row.
        items
            What was known of all items in training.
        """
        return None

    def attended(self, history: UserItems, item: int) -> Array | None:
        """How much each interaction of one history (one row) is looked at when `item` is scored.

        float32 (layers, heads, len(history.item)); what lies too far back to be read has 0. None where nothing attends.
        """
        return None

    def item_vectors(self) -> Array | None:
        """What was learned of each item as a vector, float (n_items, d); None where no vectors are learned."""
        factors: Array | None = getattr(self, "_item_factors", None)
        return factors

    def portable(self) -> Portable:
        """What was learned, for use without this program; raises WorkbenchError where it has no such form."""
        message = (
            f"{self.title} cannot be taken along: its scores need more of this program than arrays and a short script. "
        )
        raise WorkbenchError(message + "Serve the run instead, or choose an algorithm such as EASE or iALS.")

    def state(self) -> dict[str, Array]:
        """Everything learned, as named arrays; enough to score, and at the end of an epoch to go on training."""
        values = {name: getattr(self, f"_{name}") for name in self.learned}
        return {name: np.asarray(value) for name, value in values.items() if value is not None}

    def restore(self, state: dict[str, Array]) -> None:
        """Take back what `state` gave."""
        for name in self.learned:
            value = state.get(name) if name in self.optional else state[name]
            setattr(self, f"_{name}", value.item() if value is not None and value.ndim == 0 else value)

    def shapes_of(self, state: dict[str, Array]) -> dict[str, Learned]:
        """How each array of a state must be, so that what comes from a file can be scored with."""
        declared = dict(USUAL)
        for kind in reversed(type(self).__mro__):
            declared |= vars(kind).get("shapes", {})
        there = [name for name in self.learned if name in state or name not in self.optional]
        return {name: declared[name] for name in there if name in declared}

    def shortfall(self) -> str:
        """What was learned otherwise than it was asked, in a sentence, after training; empty where nothing was."""
        return ""

    def arithmetic(self) -> str:
        """How exactly it calculated and why, in a sentence, after training; empty where there was nothing to choose."""
        return ""

    @classmethod
    def caution(cls) -> str:
        """What to know before its lists are used, in a sentence; empty where they are what it is made for."""
        if not cls.predicts_ratings:
            return ""
        told = f"{cls.title} is made to predict ratings, not to make lists: it puts first what would be rated highest, "
        return f"{told}however few have chosen it. For lists, choose an algorithm that ranks, such as EASE or iALS."

    @classmethod
    def broken(cls, state: dict[str, Array]) -> list[str]:
        """Names of arrays in a state that hold infinity, or NaN where `gaps` allows none."""
        floats = {name: array for name, array in state.items() if np.issubdtype(np.asarray(array).dtype, np.floating)}
        bad = {name: np.isinf(array) if name in cls.gaps else ~np.isfinite(array) for name, array in floats.items()}
        return [name for name, wrong in bad.items() if wrong.any()]

    @classmethod
    def unsuited(cls, data: Interactions) -> str | None:
        """Why this algorithm cannot learn from `data`, in a sentence; None where it can."""
        vectors = data.item_features is not None and bool(data.item_features.vectors)
        has = {
            "ratings": data.rating is not None,
            "time": data.time is not None,
            "items": _tells_of_items(data),
            "vectors": vectors,
        }
        lacking = [need for need in cls.needs if not has[need]]
        if not lacking:
            return None
        if lacking == ["items"]:
            told = f"{cls.title} needs titles, genres or vectors of the items, and the data has none."
            return f"{told} Add an item file when you import, or choose another algorithm."
        if lacking == ["vectors"]:
            told = f"{cls.title} needs vectors of the items, and the data has none."
            return f"{told} Add a file of vectors when you import, or choose another algorithm."
        need = " and ".join(NEEDED.get(need, need) for need in lacking)
        return f"{cls.title} needs {need}, and the data has none. Choose that column, or another algorithm."

    @classmethod
    def make(cls, hyperparameters: dict[str, Any]) -> Self:
        """Make one; raises WorkbenchError with a sentence that names what is out of range."""
        try:
            return cls(**hyperparameters)
        except ValidationError as error:
            raise WorkbenchError(explain(error, cls.title, cls)) from error


def _tells_of_items(data: Interactions) -> bool:
    features = data.item_features
    if features is None:
        return False
    return bool(features.vectors) or any(c.null_count < len(c) for c in (features.title, features.genres))
