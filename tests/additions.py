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

JOB = '''
"""Counting letters."""

from workbench.jobs.job import job


@job("count", title="Counting letters", lane="interactive", silent=True)
def count(word, control):
    """How many letters a word has."""
    return {"letters": len(word)}
'''
