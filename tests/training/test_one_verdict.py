"""The same two runs have one answer, whichever other runs are asked for and whoever asks."""

import json
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.cli import main
from workbench.control import Control
from workbench.data.interactions import Interactions
from workbench.export.run_report import groups_of, report_on
from workbench.files import read_json, write_json
from workbench.jobs.comparing import compare
from workbench.metrics import all_metrics
from workbench.training.comparing import Family, compare_runs
from workbench.training.run import Run

USERS, RUNS = 80, 10
IDS = [f"u{n}" for n in range(USERS)]
NAMES = [f"r{n}" for n in range(RUNS)]


def make_tested(folder, data, values, *, metric="ndcg@10", protocol=(), **more):
    """A run whose test found these values of the users."""
    run = Run.create(folder, data, "popularity", **more)
    formulas = {name: all_metrics()[name].formula for name in ("ndcg", "recall")}
    answer = {
        "metrics": {metric: {"mean": float(values.mean()), "low": None, "high": None}},
        "users": USERS,
        "protocol": {"formulas": formulas, **dict(protocol)},
    }
    write_json(run.folder / "evaluation.json", answer)
    pq.write_table(pa.table({"user": IDS, metric: values}), run.folder / "users.parquet")
    return run


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Ten runs of one project that were tested alike, some far apart and some not, beside others that were not."""
    folder = tmp_path_factory.mktemp("project")
    ids = pa.array(IDS), pa.array(["i", "j"])
    rows = np.arange(2 * USERS, dtype=np.int32)
    data = Interactions.build(rows // 2, (rows % 2).astype(np.int32), *ids, time=rows.astype(np.int64))
    data.save(folder / "data", {})
    rng = np.random.default_rng(5)
    known = rng.random(USERS)
    for at, name in enumerate(NAMES):
        values = known + 0.012 * at + rng.normal(0, 0.1, USERS)
        make_tested(folder / "runs" / name, folder / "data", values)
    runs = folder / "runs"
    make_tested(runs / "stars", folder / "data", known, protocol={"relevant_from": 4.0})
    make_tested(runs / "recall", folder / "data", known, metric="recall@10")
    make_tested(runs / "random", folder / "data", known, split="random")
    Run.create(runs / "untested", folder / "data", "popularity")
    for name, text in (("damaged", "{"), ("list", "[1]"), ("bare", "{}")):
        (runs / name).mkdir()
        for file in ("run.json", "evaluation.json"):
            (runs / name / file).write_text(text)
    return folder


def opened(project, *names):
    return [Run.open(project / "runs" / name) for name in names]


def answers(found):
    """What is said of each pair, whichever was named first."""
    told = ("p", "p_adjusted", "more_than_chance", "size", "runs", "pairs", "words", "users")
    return {frozenset((one["a"], one["b"])): tuple(one[name] for name in told) for one in found["pairs"]}


@pytest.fixture(scope="module")
def whole(project):
    return answers(compare_runs(opened(project, *NAMES)))


def test_what_is_asked_is_worth_asking(project, whole):
    """Some pairs would have another answer if they were corrected for the selected runs alone."""
    assert len(whole) == 45
    real = [one for one in whole.values() if one[2]]
    turned = [one for one in whole.values() if one[0] < 0.05 and not one[2]]
    assert len(real) >= 5
    assert len(turned) >= 5
    assert {one[4:6] for one in whole.values()} == {(10, 45)}


def test_every_pair_has_one_answer_alone_among_three_and_among_ten(project, whole):
    runs = opened(project, *NAMES)
    for a, b in combinations(range(RUNS), 2):
        key = frozenset((NAMES[a], NAMES[b]))
        assert answers(compare_runs([runs[a], runs[b]])) == {key: whole[key]}
        assert answers(compare_runs([runs[b], runs[a]]))[key][1:4] == whole[key][1:4]
        third = next(run for run in (*runs[b:], *runs) if run not in (runs[a], runs[b]))
        assert answers(compare_runs([runs[a], third, runs[b]]))[key] == whole[key]


def test_window_command_line_and_report_say_the_same(project, whole, capsys):
    folders = [str(project / "runs" / name) for name in NAMES]
    assert answers(compare(folders, Control())) == whole
    for some in (folders, folders[:3], folders[4:6]):
        names = [one.rpartition("/")[2] for one in some]
        mine = {frozenset(pair): whole[frozenset(pair)] for pair in combinations(names, 2)}
        assert main(["compare", *some, "--json", "--quiet"]) == 0
        assert answers(json.loads(capsys.readouterr().out)) == mine
        (group,) = groups_of(report_on(opened(project, *names)), "ndcg@10")
        assert {key: one[:6] for key, one in answers({"pairs": group.pairs}).items()} == {
            key: one[:6] for key, one in mine.items()
        }
        for pair in group.pairs:  # the runs are called by their titles there
            said, words = pair["verdict"], mine[frozenset((pair["a"], pair["b"]))][6]
            assert words.startswith(f"{said.answer}: ")
            assert words.endswith(f"{said.extent} ({'; '.join(said.evidence)})")


def test_the_family_are_the_runs_beside_them_that_were_tested_alike(project, tmp_path):
    a, b, stars = opened(project, "r0", "r1", "stars")
    assert Family("ndcg@10").size(a, b) == 10
    assert Family("ndcg@10").size(stars, stars) == 1
    recall = Run.open(project / "runs" / "recall")
    assert Family("recall@10").size(recall, recall) == 1


def test_a_run_of_another_folder_counts_for_its_own_pairs_only(project, whole, tmp_path):
    other = make_tested(tmp_path / "mine" / "other", project / "data", np.random.default_rng(1).random(USERS))
    found = compare_runs([*opened(project, "r0", "r1"), other])
    sizes = {frozenset((one["a"], one["b"])): one["runs"] for one in found["pairs"]}
    assert sizes == {frozenset(("r0", "r1")): 10, frozenset(("r0", "other")): 11, frozenset(("r1", "other")): 11}
    assert answers(found)[frozenset(("r0", "r1"))] == whole[frozenset(("r0", "r1"))]


def test_one_more_tested_run_is_counted(project):
    runs = opened(project, "r0", "r1")
    path = project / "runs" / "untested" / "evaluation.json"
    try:
        write_json(path, read_json(runs[0].folder / "evaluation.json"))
        (pair,) = compare_runs(runs)["pairs"]
    finally:
        path.unlink()
    assert (pair["runs"], pair["pairs"]) == (11, 55)
