"""Lists of everybody in parts: whatever the format and the parts, the file of one process, byte for byte."""

from collections import Counter

import pytest

from tests.data.test_interactions import build
from workbench.control import Control
from workbench.engine import Done
from workbench.errors import WorkbenchError
from workbench.export import lists
from workbench.export.lists import export_lists
from workbench.insight.looking import load
from workbench.jobs import do_job
from workbench.jobs.in_parts import export_in_parts
from workbench.training.run import Run
from workbench.training.train import train_run


class Inside:
    """An engine that does everything in this process, the last piece first."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def map(self, job, pieces, control):
        for number in reversed(range(len(pieces))):
            yield Done(number, do_job(job, pieces[number], Control()), f"machine {number % 2}")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs whose scores are a product of factors, a sparse product, and dense, of users with odd ids."""
    folder = tmp_path_factory.mktemp("project")
    rows = [(user, (user * user + 2 * step) % 11, 1 + step % 5, 10 * step) for user in range(41) for step in range(5)]
    build(rows).save(folder / "data" / "small")
    made = {}
    for name, settings in {"pure-svd": {"factors": 2}, "item-knn": {}, "ease": {}}.items():
        made[name] = Run.create(folder / "runs" / name, folder / "data" / "small", name, settings)
        train_run(made[name].folder)
    return made


@pytest.fixture
def small_blocks(monkeypatch):
    """Users in blocks of 4 at most: so few people make several."""
    monkeypatch.setattr(lists, "MOST_ROWS", 12)
    monkeypatch.setattr("workbench.engine.open_engine", lambda asked: Inside())


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_parts_make_the_file_of_one_process(runs, tmp_path, small_blocks, ending):
    wrong = []
    for name, made in runs.items():
        run, algorithm, items = load(made.folder)
        whole, joined = tmp_path / f"{name}.{ending}", tmp_path / f"{name}-parts.{ending}"
        expected = export_lists(run, algorithm, whole, k=3, items=items)
        for parts in (3, 30):
            told = export_in_parts(made.folder, joined, "any", parts, k=3)
            same = joined.read_bytes() == whole.read_bytes() if ending != "xlsx" else joined.stat().st_size > 1000
            numbers = {key: told[key] for key in expected if key not in ("path", "seconds", "sha256")}
            others = {key: expected[key] for key in numbers}
            if not same or numbers != others or sum(told["machines"].values()) != parts or expected["rows"] < 41:
                wrong.append((name, parts, same, numbers, others))
    assert wrong == []
    assert Counter(path.suffix for path in tmp_path.iterdir()) == {f".{ending}": 6}  # no part is left


def test_a_part_that_fails_leaves_the_earlier_file(runs, tmp_path, small_blocks, monkeypatch):
    output = tmp_path / "lists.csv"
    output.write_text("earlier")

    def broken(self, job, pieces, control):
        do_job(job, pieces[0], Control())
        yield Done(0, dict.fromkeys(("rows", "users", "cold", "popular", "filled", "changed"), 0), "machine 0")
        raise WorkbenchError("The disk is full.")

    monkeypatch.setattr(Inside, "map", broken)
    with pytest.raises(WorkbenchError, match="disk is full"):
        export_in_parts(runs["pure-svd"].folder, output, "any", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["lists.csv"]
    assert output.read_text() == "earlier"


def test_processes_of_this_machine_write_the_same_file(runs, tmp_path):
    run, algorithm, items = load(runs["pure-svd"].folder)
    export_lists(run, algorithm, tmp_path / "one.csv", items=items)
    told = export_in_parts(runs["pure-svd"].folder, tmp_path / "two.csv", "here:2", 2)
    assert (tmp_path / "two.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
    assert told["users"] == 41
