"""Ratings of two halves of people with two tastes, as a DataFrame and as a file."""

import numpy as np
import pandas as pd
import pytest

import workbench


@pytest.fixture(scope="session")
def ratings():
    """600 ratings of 50 users, of which each half knows its own 20 of 40 items; ids are whole numbers."""
    rng = np.random.default_rng(3)
    rows = [
        (1000 + user, int(item), 1 + int(item) % 5, 978300000 + 60 * at)
        for user in range(50)
        for at, item in enumerate(rng.permutation(20)[:12] + 20 * (user % 2))
    ]
    return pd.DataFrame(rows, columns=["user", "item", "rating", "time"])


@pytest.fixture(scope="session")
def titles():
    return pd.DataFrame({"item": range(40), "title": [f'The "{n}th", again' for n in range(40)], "year": 1980})


@pytest.fixture(scope="session")
def data(ratings, titles):
    return workbench.read_interactions(ratings, items=titles)


@pytest.fixture(scope="session")
def fold(data):
    return workbench.split(data, "last-n")


@pytest.fixture(scope="session")
def run(fold):
    return workbench.train(fold, "ease", regularization=30)
