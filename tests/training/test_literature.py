"""Published tables: they are whole, their files are found by what is in them, and their rows come out."""

import pytest

from workbench.algorithms import find
from workbench.cli import main
from workbench.data.splitting import make_split
from workbench.errors import WorkbenchError
from workbench.evaluation.metric_names import named_metrics
from workbench.training.literature import Figure, find_files, table_of, tables
from workbench.training.reproducing import reproduce


@pytest.mark.parametrize("name", list(tables()))
def test_each_table_can_be_run(name):
    table = table_of(name)
    make_split(table.split, table.split_settings)
    for part in table.parts:
        assert {file for files in part.files.values() for file in files} <= table.sha256.keys()
        for row in part.rows:
            find(row.algorithm).make(row.hyperparameters)
            named_metrics(list(row.figures))
            assert row.source


def test_what_is_as_published():
    exactly, near, least = Figure(0.0364, tolerance=0.0), Figure(0.2853, tolerance=0.001), Figure(0.1949, at_least=True)
    assert exactly.is_met(0.03641, higher_is_better=True)
    assert not exactly.is_met(0.03651, higher_is_better=True)
    assert near.is_met(0.2862, higher_is_better=True)
    assert not near.is_met(0.2864, higher_is_better=True)
    assert least.is_met(0.19486, higher_is_better=True)
    assert not least.is_met(0.1948, higher_is_better=True)
    assert least.is_met(0.19, higher_is_better=False)


def test_a_file_of_the_same_name_is_not_the_same_file(tmp_path):
    table = table_of("movielens-1m-last-item")
    with pytest.raises(WorkbenchError, match="is not there"):
        find_files(table, tmp_path)
    (tmp_path / "interactions_chronological.csv").write_text("user_id,movie_id,position\n1,2,0\n")
    with pytest.raises(WorkbenchError, match="is another file than"):
        find_files(table, tmp_path)
    with pytest.raises(WorkbenchError, match="movielens-1m"):
        table_of("movielens-1m-last")


def test_averages_of_the_official_folds(shared_data, tmp_path):
    """All ten rows, to their last digits; a second time nothing is trained again."""
    table, data = table_of("movielens-100k-averages"), shared_data("ml-100k")
    found = list(reproduce(table, data, tmp_path))
    assert len(found) == 10
    assert [told["row"] for told in found if not told["met"]] == []
    model = tmp_path / "part0" / "runs" / "0-average" / "model.safetensors"
    before = model.stat().st_mtime_ns
    assert [told["figures"] for told in reproduce(table, data, tmp_path)] == [told["figures"] for told in found]
    assert model.stat().st_mtime_ns == before


def test_as_it_is_typed(capsys):
    assert main(["literature"]) == 0
    assert "gowalla-lightgcn" in capsys.readouterr().out
    assert main(["literature", "gowalla-lightgcn"]) == 0
    told = capsys.readouterr().out
    assert "0.1824" in told
    assert "LightGCN-PyTorch" in told
    assert main(["literature", "gowalla-lightgcn", "--run"]) == 2
