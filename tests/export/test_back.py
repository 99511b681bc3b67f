"""Lists that were exported are read again as lists, with every id as it was."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.data.importing.recommendation_lists import read_lists
from workbench.data.interactions import Interactions
from workbench.data.reading.text.cells import harmless, restored, restored_ids
from workbench.export.lists import export_lists
from workbench.export.tables import table_file
from workbench.training.run import Run
from workbench.training.train import train_run

# What a spreadsheet would execute, the same behind apostrophes that belong to the id, and what only looks like it.
ODD = ["=1+1", "'=1+1", "''=1+1", "+a", "-b", "'-b", "@c", "'@c", "\t=d", "\r=e", "'plain", "-5", "+1.5", "007", "a,b"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A trained run of which users and items have odd ids."""
    folder = tmp_path_factory.mktemp("odd")
    rng = np.random.default_rng(1)
    user = np.repeat(np.arange(len(ODD), dtype=np.int32), 6)
    item = np.concatenate([rng.permutation(len(ODD))[:6] for _ in ODD]).astype(np.int32)
    ids = pa.array(ODD)
    Interactions.build(user, item, ids, ids).save(folder / "data", {})
    made = Run.create(folder / "runs" / "one", folder / "data", "popularity", {}, "last-n", {"n": 1, "validation": 0})
    train_run(made.folder)
    return Run.open(made.folder)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet", ".xlsx"])
def test_ids_come_back_exactly(run, tmp_path, ending):
    path = tmp_path / f"lists{ending}"
    export_lists(run, run.trained_algorithm(), path, k=5)
    who = np.arange(len(ODD), dtype=np.int32)
    found, report = read_lists(path, run.data.user_ids, run.data.item_ids, who, unknown=-1)
    export_lists(run, run.trained_algorithm(), tmp_path / "lists.parquet", k=5)
    rows = pq.read_table(tmp_path / "lists.parquet").to_pydict()
    for at, user in enumerate(run.data.user_ids.to_pylist()):
        wanted = [item for name, item in zip(rows["user"], rows["item"], strict=True) if name == user]
        assert run.data.item_ids.take(found[at]).to_pylist() == wanted
    assert (report["unknown_users"], report["unknown_items"], report["without_list"]) == (0, 0, 0)


@pytest.mark.parametrize("ending", [".jsonl", ".parquet", ".xlsx"])
def test_control_characters_come_back_too(tmp_path, ending):
    ids = pa.array(["\r=e", "_x000D_", "a\x01b", "_x005F_x"])
    schema = pa.schema([("user", pa.string()), ("item", pa.string())])
    with table_file(tmp_path / f"lists{ending}", schema) as write:
        write(pa.table([ids, ids], schema=schema))
    found, _ = read_lists(tmp_path / f"lists{ending}", ids, ids, np.arange(len(ids), dtype=np.int32), unknown=-1)
    assert found.ravel().tolist() == list(range(len(ids)))


def test_an_apostrophe_that_nobody_put_there_stays():
    foreign = pa.array(["'=1", "'-x", "a"])
    assert restored_ids(foreign, pa.array(["'=1", "'-x", "a"])).equals(foreign)
    bare = pa.array(["'=1", "=1"])  # who marks texts would have marked the second too
    assert restored_ids(bare, pa.array(["'=1", "=1"])).equals(bare)
    assert restored_ids(pa.array(["'=1", "a"]), pa.array(["=1", "a"])).to_pylist() == ["=1", "a"]  # no cell has a sign
    ours = pa.array([harmless(one) for one in ODD])
    assert restored_ids(ours, pa.array(ODD)).to_pylist() == ODD
    assert [restored(harmless(one)) for one in ODD] == ODD
    assert restored_ids(pa.array([], pa.string()), pa.array(ODD)).to_pylist() == []
    assert restored_ids(pa.array(["'=1", "-5"]), pa.array(["=1", "-5"])).to_pylist() == ["=1", "-5"]
