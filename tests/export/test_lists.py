import hashlib
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.data.test_interactions import build
from workbench.control import Control
from workbench.errors import Cancelled, WorkbenchError
from workbench.evaluation.lists import rank_all
from workbench.export import lists, workbook
from workbench.export.lists import export_lists
from workbench.insight.explaining import first_reason
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A trained EASE on a random split of 30 people and 25 items, with one person who is in the test alone."""
    folder = tmp_path_factory.mktemp("lists")
    rng = np.random.default_rng(0)
    rows = [(user, int(item), 3, at) for user in range(30) for at, item in enumerate(rng.permutation(25)[:8])]
    data = build([*rows, (30, 3, 5, 0)])
    part = np.where(np.arange(len(data)) % 5 == 0, 2, np.where(np.arange(len(data)) % 5 == 1, 1, 0)).astype(np.int8)
    part[data.user == 30] = 2
    replace(data, part=part).save(folder / "data")
    made = Run.create(folder / "runs" / "one", folder / "data", "ease", split="files")
    train_run(made.folder)
    return Run.open(made.folder)


def _read(path):
    return pq.read_table(path).to_pydict()


def test_lists_are_those_that_the_evaluation_judged(run, tmp_path):
    done = export_lists(run, run.trained_algorithm(), tmp_path / "all.parquet", k=5)
    rows = _read(tmp_path / "all.parquet")
    test = run.fold.test
    ranked = rank_all(run.trained_algorithm(), test, run.data.n_items, 5, Control(), train=run.fold.train).items
    for person, expected in zip(test.who, ranked, strict=True):
        name = run.data.user_ids[int(person)].as_py()
        found = [item for user, item in zip(rows["user"], rows["item"], strict=True) if user == name]
        assert found == run.data.item_ids.take(expected).to_pylist()
    assert (done["rows"], done["users"], done["cold"], done["popular"]) == (31 * 5, 31, 1, 1)
    unknown = run.data.user_ids[30].as_py()
    bases = dict(zip(rows["user"], rows["basis"], strict=True))
    assert {user for user, basis in bases.items() if basis == "popularity"} == {unknown}
    chosen = [score for user, score in zip(rows["user"], rows["score"], strict=True) if user == unknown]
    assert chosen == sorted(run.fold.train.item_counts, reverse=True)[:5]
    assert evaluate_run(run, ["ndcg"], [5])["protocol"]["without_evidence"] == 1
    assert done["sha256"] == hashlib.sha256((tmp_path / "all.parquet").read_bytes()).hexdigest()


def test_blocks_of_any_size_give_the_same_file(run, tmp_path, monkeypatch):
    export_lists(run, run.trained_algorithm(), tmp_path / "whole.csv", k=4)
    monkeypatch.setattr(lists, "MOST_ROWS", 12)
    export_lists(run, run.trained_algorithm(), tmp_path / "blocks.csv", k=4)
    assert (tmp_path / "whole.csv").read_bytes() == (tmp_path / "blocks.csv").read_bytes()


def test_a_list_is_never_wider_than_the_catalogue(run, tmp_path):
    """A billion places for each user would be a lack of memory."""
    export_lists(run, run.trained_algorithm(), tmp_path / "all.parquet", k=25)
    export_lists(run, run.trained_algorithm(), tmp_path / "deep.parquet", k=10**9)
    assert _read(tmp_path / "deep.parquet") == _read(tmp_path / "all.parquet")


def test_a_list_ends_where_no_item_is_left(run, tmp_path):
    export_lists(run, run.trained_algorithm(), tmp_path / "long.parquet", k=40)
    rows = _read(tmp_path / "long.parquet")
    known = np.bincount(run.data.user[run.data.part <= 1], minlength=31)
    listed = np.bincount([run.data.user_index(user) for user in rows["user"]])
    assert np.array_equal(listed, run.data.n_items - known)
    export_lists(run, run.trained_algorithm(), tmp_path / "seen.parquet", k=40, include_seen=True)
    assert len(_read(tmp_path / "seen.parquet")["user"]) == 31 * run.data.n_items


def test_each_user_asked_for_has_one_list_in_the_order_asked(run, tmp_path):
    ids = [run.data.user_ids[at].as_py() for at in (7, 2, 7)]
    export_lists(run, run.trained_algorithm(), tmp_path / "some.parquet", users=ids, k=1)
    assert _read(tmp_path / "some.parquet")["user"] == ids[:2]
    with pytest.raises(WorkbenchError, match="no user 'who'"):
        export_lists(run, run.trained_algorithm(), tmp_path / "none.parquet", users=["who"])


def test_progress_is_told_and_a_cancel_leaves_nothing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(lists, "MOST_ROWS", 10)

    class Impatient(Control):
        def __init__(self):
            self.seen = []

        def progress(self, fraction, text=""):
            self.seen.append(fraction)

        def check(self):
            if len(self.seen) == 3:
                raise Cancelled

    control = Impatient()
    with pytest.raises(Cancelled):
        export_lists(run, run.trained_algorithm(), tmp_path / "out.csv", control=control)
    assert control.seen == sorted(control.seen)
    assert control.seen[0] == pytest.approx(1 / 31)
    assert list(tmp_path.iterdir()) == []


def test_more_lists_than_a_sheet_holds_are_refused_before_the_work(run, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3 * 31)
    export_lists(run, run.trained_algorithm(), tmp_path / "out.xlsx", k=2)
    with pytest.raises(WorkbenchError, match=r"holds 92 rows.* Write \.csv or \.parquet"):
        export_lists(run, None, tmp_path / "more.xlsx", k=3)  # whatever the algorithm would say
    assert [one.name for one in tmp_path.iterdir()] == ["out.xlsx"]


def test_columns_are_chosen_and_hits_are_those_of_the_test(run, tmp_path):
    algorithm = run.trained_algorithm()
    wanted = ["item", "hit", "user", "reason"]
    found = export_lists(run, algorithm, tmp_path / "some.parquet", k=6, columns=wanted, reason=first_reason(algorithm))
    rows = _read(tmp_path / "some.parquet")
    assert list(rows) == wanted
    assert found["rows"] == len(rows["hit"])
    test = run.fold.test
    pairs = {(run.data.user_ids[int(who)].as_py(), run.data.item_ids[int(item)].as_py())
             for at, who in enumerate(test.who) for item in test.truth[at]}  # fmt: skip
    assert rows["hit"] == [pair in pairs for pair in zip(rows["user"], rows["item"], strict=True)]
    assert any(rows["hit"])
    shown = run.fold.shown_at_test.by_user
    weights = algorithm.state()["weights"]
    for user, item, reason in zip(rows["user"][:30], rows["item"], rows["reason"], strict=False):
        history = shown[run.data.user_index(user)]
        adds = weights[history, run.data.item_index(item)]
        best = run.data.item_ids[int(history[adds.argmax()])].as_py()
        assert reason == (best if adds.max() > 0 else None)


def test_a_column_that_cannot_be_is_refused(run, tmp_path):
    for columns, words in ((["usr"], "user"), (["title"], "Import an item file"), ([], "needs a column")):
        with pytest.raises(WorkbenchError, match=words):
            export_lists(run, run.trained_algorithm(), tmp_path / "x.csv", columns=columns)
    assert not (tmp_path / "x.csv").exists()
