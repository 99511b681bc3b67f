"""What somebody may add to the program: each text is one file."""

SPLIT = '''
"""Each nth interaction."""

import numpy as np

from workbench.data.splitting.base.fold import TEST, TRAIN
from workbench.data.splitting.base.split import Split, chosen_fold
from workbench.declaring import hyperparameter


class Rounds(Split):
    """Each nth interaction is the test."""

    name, title, short, order = "rounds", "Rounds", "round {split.part} of {split.parts}", 9
    sentence = "Hides each nth interaction: every one is hidden once."
    many = "rounds"

    rounds: int = hyperparameter(3, "Rounds", "How many rounds there are.", ge=2)
    fold: int = chosen_fold("rounds")

    def places(self, data):
        return np.where(np.arange(len(data)) % self.rounds == self.fold, np.int8(TEST), np.int8(TRAIN))

    def describe(self):
        return f"each interaction number {self.part} of {self.rounds} test"
'''

FILTER = '''
"""Every second interaction."""

from typing import ClassVar

import numpy as np

from workbench.data.filtering.base.filter import Filter
from workbench.declaring import hyperparameter


class EachOf(Filter):
    """Keeps each nth interaction."""

    name, title = "each", "Each nth"
    sentence = "Keeps each nth interaction of the file."
    keys: ClassVar[dict[str, str]] = {"each": "n"}

    n: int = hyperparameter(2, "Each", "One in so many interactions stays.", ge=1)

    def keeps(self, data):
        return np.arange(len(data)) % self.n == 0

    def describe(self):
        return f"one interaction in {self.n}"
'''

JOB = '''
"""Counting letters."""

from workbench.jobs.job import job


@job("count", title="Counting letters", lane="interactive", silent=True)
def count(word, control):
    """How many letters a word has."""
    return {"letters": len(word)}
'''

ALGORITHM = '''
"""Items that the same people had."""

import numpy as np

from workbench.algorithms.base.algorithm import Algorithm
from workbench.algorithms.base.learned import floats
from workbench.declaring import hyperparameter


class Baskets(Algorithm):
    """How often two items were had by the same person, to a power."""

    name, title = "baskets", "Shared baskets"
    summary = (
        "Recommends what was had together with the items of a history. Fast; memory grows with the square of the catalogue."
    )
    reference = "Linden, Smith & York, Amazon.com Recommendations, 2003"
    fold_in = "exact"
    learned, shapes = ("counts",), {"counts": floats("items", "items")}

    damping: float = hyperparameter(
        0.5, "Damping", "Holds down what everybody has. Raise it for less popular lists.", ge=0, le=2, search=(0, 1)
    )

    def train(self, data, seed=0):
        x = data.matrix()
        counts = np.asarray((x.T @ x).todense(), np.float32)
        np.fill_diagonal(counts, 0)
        self._counts = counts / np.maximum(data.item_counts, 1).astype(np.float32) ** np.float32(self.damping)
        yield from ()

    def score(self, users, histories):
        return np.asarray(histories.matrix(len(self._counts)) @ self._counts)
'''

METRIC = '''
"""Where a list begins."""

import numpy as np

from workbench.metrics import ranking_metric


@ranking_metric("First hit rate", "1 where the first of the list is relevant, else 0", cut=False, usual=True)
def first_hit(ranked, k):
    return ranked.hits[:, 0].astype(np.float64)
'''

PAGE = '''
"""A page that counts."""

from PySide6.QtWidgets import QLabel, QVBoxLayout

from workbench.app.page import Page


class CountPage(Page):
    """How many runs there are."""

    name, title, icon, order = "count", "Count", "compare", 9

    def build(self):
        self.words = QLabel(self.tr("Runs: {n}").format(n=len(self.session.runs.all())))
        QVBoxLayout(self).addWidget(self.words)

    @classmethod
    def state(cls, session):
        return f"{len(session.runs.all())} counted", ""
'''
FORMAT = '''
"""Notes: a line for each event, such as "ann liked film 7 (4)"."""

import re

from workbench.data.reading.formats.base.own_rows import OwnRows


class Notes(OwnRows):
    """What somebody noted."""

    name, title, sentence, endings = "notes", "Notes", "notes of who liked what", (".notes",)
    options = ("decimal",)

    @classmethod
    def recognise(cls, sample):
        return {} if sample.head.startswith(b"NOTES") else None

    @classmethod
    def rows(cls, file, layout):
        yield "user", "item", "rating"
        with file.path.open(encoding="utf-8") as lines:
            next(lines)
            for line in lines:
                found = re.fullmatch(r"(\\w+) liked (.+) \\((\\d+)\\)\\n", line)
                if found is None:
                    raise ValueError(f"no note: {line!r}")
                yield found.groups()
'''
NOTES = "NOTES\n" + "".join(f"u{n % 8} liked film {n % 11} ({n % 5 + 1})\n" for n in range(88))
