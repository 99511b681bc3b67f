"""Items that training has not met: the split that hides them, and who is recommended them."""

import numpy as np
import pytest

from tests.golden import interactions, with_facts
from workbench.algorithms import find
from workbench.data.splitting import TEST, TRAIN, VALIDATION, make_split
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.lists import Negatives
from workbench.training.run import Run

USERS, ITEMS = 24, 40
# Everybody has all items of their genre, which is even or odd.
USER, ITEM = np.nonzero(np.arange(USERS)[:, None] % 2 == np.arange(ITEMS) % 2)
DATA = with_facts(interactions(USER, ITEM, USERS, ITEMS))


def trained_random(fold):
    algorithm = find("random")()
    list(algorithm.train(fold.train))
    return algorithm


def figures(fold, name, **settings):
    algorithm = find(name).make(settings)
    list(algorithm.train(fold.train))
    return evaluate(algorithm, fold.test, DATA.n_items, metrics=["ndcg", "auc"], cutoffs=[5], train=fold.train)


def test_items_fall_whole_and_their_lists_are_of_them_alone():
    fold = make_split("cold-items", {"test": 0.2, "validation": 0.1, "seed": 3}).split(DATA)
    kinds = [set(DATA.item[fold.places == place].tolist()) for place in (TRAIN, VALIDATION, TEST)]
    assert [len(kind) for kind in kinds] == [28, 4, 8]
    assert len(set.union(*kinds)) == ITEMS
    assert set(np.flatnonzero(fold.test.among)) == kinds[2]
    assert set(np.flatnonzero(fold.validation.among)) == kinds[1]
    assert set(fold.test.histories.item.tolist()) == kinds[0]
    assert kinds[1] <= set(fold.test.seen.item.tolist())
    for row, person in enumerate(fold.test.who):
        assert set(fold.test.truth[row].tolist()) == {item for item in kinds[2] if item % 2 == person % 2}


@pytest.mark.parametrize("candidates", ["new", "all"])
def test_who_knows_of_items_finds_new_ones_and_who_does_not_is_at_chance(candidates):
    fold = make_split("cold-items", {"test": 0.2, "validation": 0, "candidates": candidates}).split(DATA)
    told = figures(fold, "content", half_life=1e6)
    assert told.metrics["ndcg@5"]["mean"] == told.metrics["auc"]["mean"] == 1
    if candidates == "new":
        assert "few_candidates" not in told.protocol
        longer = evaluate(
            trained_random(fold), fold.test, DATA.n_items, metrics=["recall"], cutoffs=[8], train=fold.train
        )
        assert longer.metrics["recall@8"]["mean"] == 1
        assert "a list of 8 holds all of them" in longer.protocol["few_candidates"]
        assert told.protocol["candidates"] == f"the 8 items that were kept out of training, of {DATA.n_items}"
        assert (told.lists < 0).sum() == 0
        assert set(told.lists.ravel().tolist()) <= set(np.flatnonzero(fold.test.among).tolist())
        with pytest.raises(WorkbenchError, match="Leave out --negatives"):
            evaluate(find("content")(), fold.test, DATA.n_items, negatives=Negatives(5))
    blind = figures(fold, "ease")
    assert blind.metrics["ndcg@5"]["mean"] < 0.8
    assert blind.protocol["without_evidence"] == USERS  # all that is left scores 0


def test_who_knows_nothing_of_items_is_refused_with_those_that_do(tmp_path):
    DATA.save(tmp_path / "data")
    with pytest.raises(WorkbenchError, match=r"EASE knows nothing of items.*one of .*Content.*Feature MF.*Two towers"):
        Run.create(tmp_path / "runs" / "ease", tmp_path / "data", "ease", split="cold-items")
    Run.create(tmp_path / "runs" / "popularity", tmp_path / "data", "popularity", split="cold-items")
