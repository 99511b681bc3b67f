"""Text CNN, ratings from what is written about items.

Kim, "Convolutional Neural Networks for Sentence Classification", EMNLP 2014, arXiv:1408.5882, reads the texts; what is read
stands in a factorization as in Kim, Park, Oh, Lee, Yu, "Convolutional Matrix Factorization for Document Context-Aware
Recommendation", RecSys 2016 (ConvMF); that users may do with ratings alone, unlike in DeepCoNN (Zheng, Noroozi, Yu, WSDM
2017, arXiv:1701.04783), lets it rate for people who never wrote anything.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.activation import Activation, bend, declare_activation
from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.learned import Learned, floats, indices
from workbench.algorithms.base.next_item import declare_dropout
from workbench.algorithms.base.padded_histories import cut, pad
from workbench.algorithms.base.pair_scorer import declare_factors
from workbench.algorithms.base.rating_scale import SCALE, RatingPredictor, ridge
from workbench.algorithms.base.training_loop import (
    Batch,
    Batches,
    NeuralAlgorithm,
    declare_batch_size,
    declare_epochs,
    declare_learning_rate,
)
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items
from workbench.data.words import words
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from torch import Tensor, nn

# Filters look at so many words in a row, as in the paper.
WINDOWS = (3, 4, 5)
# Texts read at once where all are read.
BATCH_TEXTS = 256


class TextCNN(RatingPredictor, NeuralAlgorithm):
    """Rating = mean + b_u + b_i + p_u · v_i, where ``[b_i, v_i] = W t_i + o_i``.

    t_i is what a CNN reads in title, genres and text: for each filter the largest ``relu(F · window + b)`` over all windows
    of 3, 4 or 5 words. The offset o_i of an item is held down, and 0 where nobody rated it in training; training takes
    some items for such ones in each epoch. Batches hold all ratings of some items, so that an epoch reads each text once.
    """

    name, title = "text-cnn", "Text CNN"
    summary = (
        "Predicts ratings from texts about items, with a network that finds informative phrases. "
        "Also rates items that nobody has rated yet, the better the longer their texts are. "
        "An epoch reads all texts, so its time grows with the items and their words."
    )
    reference = "Kim, EMNLP 2014, arXiv:1408.5882; Kim et al., Convolutional Matrix Factorization, RecSys 2016"
    needs = ("ratings", "items")
    places_items = True
    fold_in = "approximate"
    learned: ClassVar[tuple[str, ...]] = (*SCALE, "words", "n_words", "rated")
    shapes: ClassVar[dict[str, Learned]] = {
        "words": indices("items", "words", below="n_words+1"),
        "n_words": indices(below="items*words+1"),
        "rated": floats("items"),
    }

    epochs: int = declare_epochs(30)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(1024)
    factors: int = declare_factors(16)
    word_factors: int = hyperparameter(
        32, "Word factors", "Length of the vector of each word.", ge=1, le=1024, search=(16, 128)
    )
    filters: int = hyperparameter(
        32, "Filters", "For each of 3, 4 and 5 words in a row.", ge=1, le=1024, search=(16, 128)
    )
    dropout: float = declare_dropout(0.2)
    activation: Activation = declare_activation("relu")
    regularization: float = hyperparameter(
        0.02, "L2 weight", "Keeps users' factors and items' offsets small. Raise it where users rated few items.",
        ge=0, le=10, search=(0.001, 0.2),
    )  # fmt: skip
    hidden_items: float = hyperparameter(
        0.3, "Masked items", "Share of items that an epoch treats as unrated, to learn from their texts alone.",
        ge=0, lt=1, search=(0, 0.7),
    )  # fmt: skip
    most_words: int = hyperparameter(
        128, "Words", "The first words of each text are read.", ge=5, le=10_000, advanced=True
    )
    least_items: int = hyperparameter(
        2, "Items per word", "Words of fewer items are left out.", ge=1, le=10_000, search=(1, 20), advanced=True
    )  # fmt: skip

    _words: Array  # int32 (n_items, most_words), 0 behind the end
    _n_words: int
    _rated: Array  # float32 (n_items,), 1 where somebody rated it
    _read: Any = PrivateAttr(default=None)  # bias and vector of all items, kept until the weights change

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        if not self._restored:
            assert data.item_features is not None  # needs items
            self.learn_scale(data)
            self._words, self._n_words = numbered(data.item_features, self.least_items, self.most_words)
            self._rated = (data.item_counts > 0).astype(np.float32)
        yield from super().train(data, seed)

    def add_items(self, known: Items, new: Items, counts: Array) -> None:
        import torch

        found, _ = numbered(new, self.least_items, self.most_words, like=known)
        self._words = np.concatenate([self._words, found])
        self._rated = np.append(self._rated, np.zeros(len(new), np.float32))
        own = self._module["own"].weight
        nothing = torch.zeros(len(new), own.shape[1], device=own.device)
        self._module["own"].weight = torch.nn.Parameter(torch.cat([own.detach(), nothing]))
        self._sizes, self._read = (self._sizes[0], len(self._words)), None

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        self._read, d = None, self.factors
        word, user, own = (
            nn.Embedding(self._n_words + 1, self.word_factors, padding_idx=0),
            nn.Embedding(n_users, 1 + d),  # the bias, then the vector; so it is with items
            nn.Embedding(n_items, 1 + d),
        )
        nn.init.normal_(word.weight[1:], std=0.3)
        for table in (user, own):
            nn.init.normal_(table.weight[:, 1:], std=0.1)
            nn.init.zeros_(table.weight[:, 0])
        windows = nn.ModuleList(nn.Conv1d(self.word_factors, self.filters, width) for width in WINDOWS)
        out = nn.Linear(len(WINDOWS) * self.filters, 1 + d)
        parts = {
            "word": word,
            "user": user,
            "own": own,
            "windows": windows,
            "dropout": nn.Dropout(self.dropout),
            "out": out,
        }
        return nn.ModuleDict(parts)

    def read(self, module: Any, texts: "Tensor") -> "Tensor":
        """What is read in texts int64 (n, most_words): the largest answer of each filter, float (n, 3 filters)."""
        import torch

        vectors = module["word"](texts).transpose(1, 2)  # (n, word_factors, most_words)
        real = texts > 0
        real[:, 0] = True  # the one window of an empty text
        answers = []
        for layer in module["windows"]:
            found = bend(self.activation, layer(vectors))
            answers.append(found.masked_fill(~real[:, None, : found.shape[2]], -torch.inf).amax(2))
        return torch.cat(answers, 1)

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        self._read = None
        users, own = module["user"](batch["user"]), module["own"](batch["items"]) * batch["known"][:, None]
        items = (module["out"](module["dropout"](self.read(module, batch["texts"]))) + own)[batch["place"]]
        scores = users[:, 0] + items[:, 0] + (users[:, 1:] * items[:, 1:]).sum(1)
        squares = users.square().sum() + own[batch["place"]].square().sum()
        return ((scores - batch["rating"]).square().sum() + self.regularization * squares) / len(scores)

    def batches(self, data: Interactions) -> Batches:
        assert data.rating is not None  # needs ratings
        by_item, counts = np.argsort(data.item, kind="stable"), data.item_counts
        starts, rated = np.cumsum(counts) - counts, np.flatnonzero(counts)
        scaled = ((data.rating - self._mean) / self._scale).astype(np.float32)

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            done = 0
            for items in cut(rng.permutation(rated), counts, self.batch_size):
                rows, real = pad(by_item, starts[items], counts[items], 0)
                rows, done = rows[real], done + len(items)
                yield (
                    done / len(rated),
                    {
                        "items": items,
                        "texts": self._words[items].astype(np.int64),
                        "known": (rng.random(len(items)) >= self.hidden_items).astype(np.float32),
                        "place": np.repeat(np.arange(len(items)), counts[items]),
                        "user": data.user[rows].astype(np.int64),
                        "rating": scaled[rows],
                    },
                )

        return epoch

    def _items(self) -> Array:
        """Bias and vector of each item, float32 (n_items, 1 + factors)."""
        import torch

        if self._read is None:
            module, training, found = self._module, self._module.training, []
            module.eval()
            with torch.no_grad():
                for start in range(0, len(self._words), BATCH_TEXTS):
                    some = slice(start, start + BATCH_TEXTS)
                    own = module["own"].weight[some] * self.tensor(self._rated[some])[:, None]
                    found.append(
                        module["out"](self.read(module, self.tensor(self._words[some].astype(np.int64)))) + own
                    )
            module.train(training)
            self._read = torch.cat(found).cpu().numpy()
        return self._read

    def score(self, users: Array, histories: UserItems) -> Array:
        items, people = self._items(), self._module["user"].weight.detach().cpu().numpy()[users]
        for row in np.flatnonzero(users < 0):
            people[row] = self._fold_in(histories.rows(np.array([row])), items)
        scaled = people[:, :1] + items[:, 0] + people[:, 1:] @ items[:, 1:].T
        return (np.float32(self._mean) + np.float32(self._scale) * scaled).astype(np.float32, copy=False)

    def predict(self, users: Array, items: Array) -> Array:
        known, real = users >= 0, items >= 0
        own, people = self._items()[items], self._module["user"].weight.detach().cpu().numpy()[users]
        common = np.einsum("nf,nf->n", people[:, 1:], own[:, 1:])
        scaled = known * people[:, 0] + real * own[:, 0] + known * real * common
        return self.clipped(self._mean + self._scale * scaled)

    def _fold_in(self, history: UserItems, items: Array) -> Array:
        """Bias and vector of a new user, all else held fixed: ridge regression; each rating brings its own L2 weight."""
        own = items[history.item]
        rest = (self.ratings_of(history) - self._mean) / self._scale - own[:, 0]
        x = np.column_stack([np.ones(len(rest)), own[:, 1:]])
        return ridge(x, rest, self.regularization * len(rest))


def numbered(items: Items, least_items: int, most: int, like: Items | None = None) -> tuple[Array, int]:
    """Words of each item's title, genres and text as numbers from 1, int32 (n_items, most); and how many there are.

    Words that enough of the items have are numbered, or of those `like` them.
    """
    spoken = _spoken(items)
    items_with = Counter(word for own in (spoken if like is None else _spoken(like)) for word in set(own))
    number = {word: n for n, word in enumerate(sorted(w for w, n in items_with.items() if n >= least_items), 1)}
    found = np.zeros((len(items), most), np.int32)
    for row, words_of_item in zip(found, spoken, strict=True):
        known = [number[word] for word in words_of_item if word in number][:most]
        row[: len(known)] = known
    return found, len(number)


def _spoken(items: Items) -> list[list[str]]:
    """Words of each item's title, genres and text."""
    texts = items.text.to_pylist() if items.text is not None else [None] * len(items)
    genres = [" ".join(genre for genre in own or [] if genre) for own in items.genres.to_pylist()]
    parts = zip(items.title.to_pylist(), genres, texts, strict=True)
    return [words(" ".join(part or "" for part in of_item)) for of_item in parts]
