"""Whether a difference is real is said in words, from tests by user that are done outside the window."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.app.compared import choose_rows
from tests.app.fake_runs import done_run
from tests.app.trained import Opened, films, make_project
from workbench.app.pages._compare_words import MOST, AllPairs, answer_words, pair_words
from workbench.app.task_worker import Task
from workbench.evaluation.significance import compare_pairs, in_words

GOOD = {"ndcg@10": (0.4, 0.3, 0.5), "coverage@10": (0.7, None, None), "rmse": (0.9, 0.8, 1.0)}
NAMES = {"a": "Popularity", "b": "EASE", "c": "BPR"}


def pair(a="a", b="b", difference=0.1, p=0.001, **more):
    known = {"low": difference - 0.05, "high": difference + 0.05, "effect": 0.3 if difference > 0 else -0.3}
    known |= {"gain": 30, "lose": 10, "users": 100, "p_adjusted": p, "p": p}
    return {"a": a, "b": b, "difference": difference} | known | more


def answer(pairs, metric="ndcg@10", **runs):
    return {"metric": metric, "pairs": pairs, "runs": runs}


# The words ---------------------------------------------------------------------------------------------------------


def test_a_real_difference_names_the_better_one_first():
    said = pair_words(NAMES, pair(), "ndcg@10", 1)
    assert said.real
    assert said.sentence == "A real difference: EASE is better than Popularity by 0.1000 in NDCG@10."
    assert said.details == (
        "95 %: 0.0500 to 0.1500 · effect 0.30, small · p = 0.001 (Wilcoxon)"
        " · better for 30 users, worse for 10, equal for 60"
    )
    other = pair_words(NAMES, pair(difference=-0.1, gain=10, lose=30), "ndcg@10", 3)
    assert other.sentence == "A real difference: Popularity is better than EASE by 0.1000 in NDCG@10."
    assert other.details == said.details.replace("(Wilcoxon)", "(Wilcoxon; Holm for 3 pairs)")


def test_of_errors_the_smaller_one_is_better():
    said = pair_words(NAMES, pair(difference=-0.1, gain=10, lose=30), "rmse", 1)
    assert "EASE is better than Popularity by 0.1000" in said.sentence
    assert "better for 30 users, worse for 10" in said.details
    said = pair_words(NAMES, pair(difference=0.1, gain=10, lose=30), "rmse", 1)
    assert "Popularity is better than EASE by 0.1000" in said.sentence
    assert "better for 10 users, worse for 30" in said.details


def test_of_what_is_neither_good_nor_bad_it_says_higher():
    said = pair_words(NAMES, pair(), "arp@10", 1)
    assert "EASE is higher than Popularity" in said.sentence
    assert "higher for 30 users, lower for 10" in said.details


def test_noise_is_called_noise():
    said = pair_words(NAMES, pair(p=0.05), "ndcg@10", 1)
    assert not said.real
    assert said.sentence.startswith("Probably just noise: EASE and Popularity differ by 0.1000")
    assert "p = 0.05" in said.details
    assert pair_words(NAMES, pair(p=0.0499), "ndcg@10", 1).real


def test_doubt_about_the_size_and_nobody_in_common_are_said():
    said = pair_words(NAMES, pair(low=-0.01), "ndcg@10", 1)
    assert "surer for how many users than by how much" in said.details
    assert "no users in common" in pair_words(NAMES, pair(users=0), "ndcg@10", 1).sentence
    assert "p < 0.0001" in pair_words(NAMES, pair(p=1e-9), "ndcg@10", 1).details


@pytest.mark.parametrize("seed", range(6))
def test_the_words_are_those_of_the_command_line(seed):
    """Both say of the same numbers which run is better, and whether that is noise."""
    random = np.random.default_rng(seed)
    a, b = random.random((2, 40))
    b = b + (seed - 2) * 0.1
    found = compare_pairs([(a, b)])[0]
    for metric, higher in (("ndcg@10", True), ("rmse", False)):
        here = pair_words(NAMES, vars(found) | {"a": "a", "b": "b"}, metric, 1)
        there = in_words("Popularity", "EASE", metric, found, higher_is_better=higher)
        assert here.real == (not there.startswith("Probably just noise"))
        if here.real:
            first = here.sentence.removeprefix("A real difference: ").split(" is ")[0]
            assert (first == "EASE") == ("EASE is better" in there)
            counts = there.rpartition("better for ")[2].split(",")[0]
            # The command line counts for the second run, the window for the better one.
            assert f"{'better' if first == 'EASE' else 'worse'} for {counts}" in here.details


def test_of_several_runs_the_best_two_are_told_and_how_many_pairs_differ():
    pairs = [pair(), pair("a", "c", 0.02, 0.4), pair("b", "c", -0.08, 0.01, gain=10, lose=30)]
    found, every = answer_words(NAMES, answer(pairs, a=0.2, b=0.3, c=0.22))
    assert found.sentence == "A real difference: EASE is better than BPR by 0.0800 in NDCG@10."
    assert found.details.startswith("2 of 3 pairs really differ · ")
    assert [one.real for one in every] == [True, False, True]
    worst = [pair(difference=0.1), pair("a", "c", 0.2), pair("b", "c", 0.1)]
    assert (
        "Popularity is better than EASE" in answer_words(NAMES, answer(worst, "rmse", a=0.2, b=0.3, c=0.4))[0].sentence
    )


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

    monkeypatch.setattr(session, "submit", submit)
    return tasks


@pytest.fixture
def page(show_compare, project, asked):
    for name in ("a-popularity", "b-ease", "c-random"):
        done_run(project, name, name[2:], metrics=GOOD)
    done_run(project, "d-bpr", "bpr")
    done_run(project, "e-ease", "ease", split="random", metrics=GOOD)
    page = show_compare()
    page.session.select_runs(["a-popularity"])
    page._catch_up()
    return page


def choose(page, *ids):
    choose_rows(page, page.session, *ids)
    page._catch_up()


def test_it_says_what_to_do_before_two_runs_are_chosen(page, asked):
    assert page.verdict.words()[0].startswith("Select two tested runs")
    choose(page, "a-popularity", "e-ease")
    assert "judged differently" in page.verdict.words()[0]
    choose(page, "a-popularity", "d-bpr")
    assert "Only one of the selected runs is tested" in page.verdict.words()[0]
    assert asked == []


def test_two_runs_are_compared_outside_the_window_and_once(page, asked, project):
    height = page.verdict.height()
    choose(page, "a-popularity", "b-ease")
    assert page.verdict.words() == ("Comparing 2 runs user by user…", "")
    folders = [str(project.folder / "runs" / one) for one in ("a-popularity", "b-ease")]
    assert [(one.job, one.args) for one in asked] == [("compare", {"runs": folders, "metric": "ndcg@10"})]
    found = answer([pair("a-popularity", "b-ease")], **{"a-popularity": 0.2, "b-ease": 0.3})
    asked[0].done.emit(found)
    sentence = "A real difference: EASE is better than Popularity by 0.1000 in NDCG@10."
    assert page.verdict.words()[0] == sentence
    assert not page.verdict.all_pairs.isVisible()
    choose(page, "a-popularity")
    choose(page, "a-popularity", "b-ease")
    assert page.verdict.words()[0] == sentence
    assert len(asked) == 1
    page.session.describe_run("b-ease", title="Mine")
    page._catch_up()
    assert "Mine is better than Popularity" in page.verdict.words()[0]
    assert len(asked) == 1
    assert page.verdict.height() == height


def test_an_answer_that_nobody_waits_for_any_more_is_not_shown(page, asked):
    choose(page, "a-popularity", "b-ease")
    choose(page, "a-popularity")
    asked[0].done.emit(answer([pair("a-popularity", "b-ease")], **{"a-popularity": 0.2, "b-ease": 0.3}))
    assert page.verdict.words()[0].startswith("Select two tested runs")


def test_what_cannot_be_tested_by_user_is_not_asked(page, asked):
    page.tools.metric_chosen.emit("coverage@10")
    choose(page, "a-popularity", "b-ease")
    assert page.verdict.words()[0] == "Coverage@10 is one number of all lists, so it cannot be tested by user"
    assert asked == []


def test_a_failure_is_told_there_and_nowhere_else(page, asked, qtbot):
    choose(page, "a-popularity", "b-ease")
    with qtbot.assertNotEmitted(page.session.failure):
        asked[0].failed.emit("The values of some users are gone.", "details")
    assert page.verdict.words() == ("It was not compared", "The values of some users are gone.")
    choose(page, "b-ease", "c-random")
    asked[1].done.emit({"metric": "ndcg@10"})
    assert page.verdict.words()[0] == "It was not compared"


def test_all_pairs_can_be_read(page, asked, qtbot):
    choose(page, "a-popularity", "b-ease", "c-random")
    names = ("a-popularity", "b-ease", "c-random")
    pairs = [pair(*names[:2]), pair(names[0], names[2], 0.01, 0.5), pair(*names[1:], -0.09)]
    asked[0].done.emit(answer(pairs, **dict(zip(names, (0.2, 0.3, 0.21), strict=True))))
    assert page.verdict.all_pairs.text() == "All 3 pairs"
    page.verdict.all_pairs.setFocus()
    qtbot.keyClick(page.verdict.all_pairs, Qt.Key.Key_Space)
    dialog = page.window().findChild(AllPairs)
    qtbot.waitUntil(dialog.isVisible)
    told = [one.text() for one in dialog.findChildren(QLabel)]
    assert len([one for one in told if one.startswith("A real difference")]) == 2
    assert told[-2].startswith("Probably just noise")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.window().findChild(AllPairs) is None)


def test_many_runs_are_not_all_compared(page, asked, project, session):
    for number in range(MOST + 2):
        done_run(project, f"x{number:02}-random", "random", seed=number, metrics=GOOD)
    session.close_project()
    session.open_project(project.folder)
    page.refresh()
    ids = [info.id for info in session.all_runs() if info.id.startswith("x")]
    choose(page, *ids)
    assert len(asked[-1].args["runs"]) == MOST
    asked[-1].done.emit(answer([pair(ids[0], ids[1])], **{ids[0]: 0.1, ids[1]: 0.2}))
    assert f"the first {MOST} of {MOST + 2}" in page.verdict.words()[1]


def test_the_whole_way_from_the_table_to_the_tests_and_back(qtbot, home, tmp_path, light, real_worker):
    project = make_project(tmp_path / "films", *films(), algorithms=("popularity", "random"))
    opened = Opened(qtbot, project, "compare", real_worker)
    try:
        opened.page.primary.trigger()
        opened.until(lambda: all(info.metrics for info in opened.session.all_runs()))
        opened.session.select_runs([info.id for info in opened.session.all_runs()])
        opened.until(lambda: "effect" in opened.page.verdict.words()[1])
        sentence, details = opened.page.verdict.words()
        assert sentence.startswith(("Probably just noise: ", "A real difference: "))
        assert "users" in details
    finally:
        opened.close()
