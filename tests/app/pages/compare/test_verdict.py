"""Whether a difference is real is said in words, from tests by user that are done outside the window."""

from dataclasses import asdict

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.app.compared import choose_rows
from tests.app.fake_runs import done_run, evaluation
from tests.app.trained import Opened, films, make_project
from workbench.app.jobs.job_process import Task
from workbench.app.pages.compare.verdict import MAX_RUNS, AllPairs, answer_verdicts, details_of, pair_verdict
from workbench.control import Control
from workbench.evaluation.significance import compare_pair
from workbench.evaluation.verdict import verdict_of
from workbench.files import write_json
from workbench.jobs.comparing import compare
from workbench.metrics import all_metrics

GOOD = {"ndcg@10": (0.4, 0.3, 0.5), "coverage@10": (0.7, None, None), "rmse": (0.9, 0.8, 1.0)}
NAMES = {"a": "Popularity", "b": "EASE", "c": "BPR"}


def pair(a="a", b="b", difference=0.1, p=0.001, **more):
    known = {"mean_a": 0.2, "mean_b": 0.2 + difference, "low": difference - 0.05, "high": difference + 0.05}
    known |= {"effect": 0.3 if difference > 0 else -0.3, "gain": 30, "lose": 10, "users": 100}
    known |= {"p_adjusted": p, "p": p, "runs": 3, "pairs": 3, "test": "wilcoxon"}
    return {"a": a, "b": b, "difference": difference} | known | more


def answer(pairs, metric="ndcg@10", **runs):
    higher = all_metrics()[metric.partition("@")[0]].higher_is_better
    return {"metric": metric, "higher_is_better": higher, "pairs": pairs, "runs": runs}


# The words ---------------------------------------------------------------------------------------------------------


def test_a_pair_is_told_with_the_names_of_the_table():
    said = pair_verdict(NAMES, pair(), "ndcg@10")
    assert said.sentence == "More than chance: EASE is better than Popularity by 0.1000 (50 %) in NDCG@10."
    assert details_of(said) == (
        "Size: large; better for 30 users, worse for 10, equal for 60 · 95 %: 0.0500 to 0.1500 · Cohen's d 0.30"
        " · p = 0.001, Wilcoxon, corrected for the 3 pairs of 3 runs that were tested alike"
    )
    assert "EASE is better than x" in pair_verdict(NAMES, pair("x"), "ndcg@10").sentence


@pytest.mark.parametrize("seed", range(6))
def test_the_words_are_those_of_the_command_line(seed):
    random = np.random.default_rng(seed)
    a, b = random.random((2, 40))
    found = compare_pair(a, b + (seed - 2) * 0.1, runs=1 + seed)
    for metric in ("ndcg@10", "rmse"):
        here = pair_verdict({"a": "x", "b": "y"}, asdict(found) | {"a": "a", "b": "b", "words": ""}, metric)
        assert here == verdict_of(found, "x", "y", metric)


def test_of_several_runs_the_best_two_are_told():
    pairs = [pair(), pair("a", "c", 0.02, 0.4), pair("b", "c", -0.08, 0.01, gain=10, lose=30)]
    best, every = answer_verdicts(NAMES, answer(pairs, a=0.2, b=0.3, c=0.22))
    assert best.fact.startswith("EASE is better than BPR by 0.0800")
    assert [one.more_than_chance for one in every] == [True, False, True]
    worst = [pair(difference=0.1), pair("a", "c", 0.2), pair("b", "c", 0.1)]
    best, _ = answer_verdicts(NAMES, answer(worst, "rmse", a=0.2, b=0.3, c=0.4))
    assert "Popularity is better than EASE" in best.sentence
    assert answer_verdicts(NAMES, answer(worst[1:], "rmse", a=0.2, b=0.3, c=0.4))[0] is None


# On the page -------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(session, monkeypatch):
    """Questions to the worker, which the test answers."""
    tasks = []

    def submit(job, args, *, title="", done=None, failed=None, progress=None):
        task = Task(len(tasks), job, args, title, session)
        for given, its in ((done, task.done), (failed, task.failed)):
            if given is not None:
                its.connect(given)
        tasks.append(task)
        return task

    monkeypatch.setattr(session.jobs, "submit", submit)
    return tasks


@pytest.fixture
def page(show_compare, project, asked):
    for name in ("a-popularity", "b-ease", "c-random"):
        done_run(project, name, name[2:], metrics=GOOD)
    done_run(project, "d-bpr", "bpr")
    done_run(project, "e-ease", "ease", split="random", metrics=GOOD)
    page = show_compare()
    page.session.selection.select_runs(["a-popularity"])
    page._catch_up()
    return page


def choose(page, *ids):
    choose_rows(page, page.session, *ids)
    page._catch_up()


def test_it_says_what_to_do_before_two_runs_are_chosen(page, asked):
    assert page.verdict.words()[0].startswith("Select two tested runs")
    choose(page, "a-popularity", "e-ease")
    assert "different protocols" in page.verdict.words()[0]
    choose(page, "a-popularity", "d-bpr")
    assert "Only one of the selected runs was tested" in page.verdict.words()[0]
    assert asked == []


def test_two_runs_are_compared_outside_the_window_and_once(page, asked, project):
    height = page.verdict.height()
    choose(page, "a-popularity", "b-ease")
    assert page.verdict.words() == ("Comparing 2 runs user by user…", "")
    folders = [str(project.folder / "runs" / one) for one in ("a-popularity", "b-ease")]
    assert [(one.job, one.args) for one in asked] == [("compare", {"runs": folders, "metric": "ndcg@10"})]
    found = answer([pair("a-popularity", "b-ease")], **{"a-popularity": 0.2, "b-ease": 0.3})
    asked[0].done.emit(found)
    sentence = "More than chance: EASE is better than Popularity by 0.1000 (50 %) in NDCG@10."
    assert page.verdict.words()[0] == sentence
    assert not page.verdict.all_pairs.isVisible()
    choose(page, "a-popularity")
    choose(page, "a-popularity", "b-ease")
    assert page.verdict.words()[0] == sentence
    assert len(asked) == 1
    page.session.runs.describe("b-ease", title="Mine")
    page._catch_up()
    assert "Mine is better than Popularity" in page.verdict.words()[0]
    assert len(asked) == 1
    assert page.verdict.height() == height


def test_a_run_that_is_tested_since_has_them_compared_anew(page, asked, session, project):
    """With each run that was tested alike there are more pairs to correct for."""
    choose(page, "a-popularity", "b-ease")
    asked[0].done.emit(answer([pair("a-popularity", "b-ease")], **{"a-popularity": 0.2, "b-ease": 0.3}))
    write_json(project.folder / "runs" / "d-bpr" / "evaluation.json", evaluation(GOOD))
    session.close_project()
    session.open_project(project.folder)
    page.refresh()
    choose(page, "a-popularity", "b-ease")
    assert [one.args["runs"] for one in asked] == [asked[0].args["runs"]] * 2


def test_an_answer_that_nobody_waits_for_any_more_is_not_shown(page, asked):
    choose(page, "a-popularity", "b-ease")
    choose(page, "a-popularity")
    asked[0].done.emit(answer([pair("a-popularity", "b-ease")], **{"a-popularity": 0.2, "b-ease": 0.3}))
    assert page.verdict.words()[0].startswith("Select two tested runs")


def test_what_cannot_be_tested_by_user_is_not_asked(page, asked):
    page.tools.metric_chosen.emit("coverage@10")
    choose(page, "a-popularity", "b-ease")
    assert page.verdict.words()[0] == "Coverage@10 is one value for all lists, so it cannot be tested user by user"
    assert asked == []


def test_a_failure_is_told_there_and_nowhere_else(page, asked, qtbot):
    choose(page, "a-popularity", "b-ease")
    with qtbot.assertNotEmitted(page.session.failure):
        asked[0].failed.emit("The values of some users are gone.", "details")
    assert page.verdict.words() == ("The comparison failed", "The values of some users are gone.")
    choose(page, "b-ease", "c-random")
    asked[1].done.emit({"metric": "ndcg@10"})
    assert page.verdict.words()[0] == "The comparison failed"


def test_all_pairs_can_be_read(page, asked, qtbot):
    choose(page, "a-popularity", "b-ease", "c-random")
    names = ("a-popularity", "b-ease", "c-random")
    pairs = [pair(*names[:2]), pair(names[0], names[2], 0.01, 0.5), pair(*names[1:], -0.09)]
    asked[0].done.emit(answer(pairs, **dict(zip(names, (0.2, 0.3, 0.21), strict=True))))
    assert page.verdict.all_pairs.text() == "All 3 pairs"
    assert page.verdict.words()[1].startswith("2 of 3 pairs differ by more than chance · Size: ")
    page.verdict.all_pairs.setFocus()
    qtbot.keyClick(page.verdict.all_pairs, Qt.Key.Key_Space)
    dialog = page.window().findChild(AllPairs)
    qtbot.waitUntil(dialog.isVisible)
    told = [one.text() for one in dialog.findChildren(QLabel)]
    assert len([one for one in told if one.startswith("More than chance")]) == 2
    assert told[-2].startswith("Could be chance")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.window().findChild(AllPairs) is None)


def test_many_runs_are_not_all_compared(page, asked, project, session):
    for number in range(MAX_RUNS + 2):
        done_run(project, f"x{number:02}-random", "random", seed=number, metrics=GOOD)
    session.close_project()
    session.open_project(project.folder)
    page.refresh()
    ids = [info.id for info in session.runs.all() if info.id.startswith("x")]
    choose(page, *ids)
    assert len(asked[-1].args["runs"]) == MAX_RUNS
    asked[-1].done.emit(answer([pair(ids[0], ids[1])], **{ids[0]: 0.1, ids[1]: 0.2}))
    assert f"the first {MAX_RUNS} of {MAX_RUNS + 2}" in page.verdict.words()[1]


def test_the_whole_way_from_the_table_to_the_tests_and_back(qtbot, home, tmp_path, light, real_worker):
    project = make_project(tmp_path / "films", *films(), algorithms=("popularity", "random"))
    opened = Opened(qtbot, project, "compare", real_worker)
    try:
        opened.page.primary.trigger()
        opened.until(lambda: all(info.metrics for info in opened.session.runs.all()))
        opened.session.selection.select_runs([info.id for info in opened.session.runs.all()])
        opened.until(lambda: "users" in opened.page.verdict.words()[1])
        sentence, details = opened.page.verdict.words()
        assert sentence.startswith(("Could be chance: ", "More than chance: "))
        folders = [str(info.folder) for info in opened.session.runs.all()]
        there = compare(folders, Control())["pairs"][0]
        assert there["words"].partition(":")[0] == sentence.partition(":")[0]
        assert details.split(" · ")[-1] in there["words"]
    finally:
        opened.close()
