"""Popularity and what is suggested: trained, tested, held against each other, also by a window that is opened later."""

import pytest
from PySide6.QtCore import QItemSelectionModel, QObject, Signal

from tests.app.trained import Opened, films, make_project
from workbench.algorithms import all_algorithms
from workbench.app.pages.train.algorithm_list import REASON, SHORT
from workbench.app.runs.search_store import Searches
from workbench.app.session.find_good import MINUTES, TRIALS, FindGood
from workbench.app.session.joint_runs import JointRuns
from workbench.data.splitting import make_split
from workbench.insight.suggesting import DataProfile
from workbench.searching.search_folder import Search
from workbench.training.fits_split import untestable
from workbench.training.run_state import RunState
from workbench.training.status import StatusWriter
from workbench.training.trials import TrialLine, TrialState, write_trials


@pytest.fixture
def opened(qtbot, home, light, keep, real_worker, tmp_path):
    project = make_project(tmp_path / "films", *films(), algorithms=("popularity", "ease"))
    made = Opened(qtbot, project, "train", real_worker)
    keep(made.window)
    return made


def test_the_best_of_a_search_is_tested_beside_popularity_and_no_other_trial(opened, monkeypatch):
    page, session = opened.page, opened.session
    searches, asked, measured = session.searches, [], []
    session.project.set_split("last-n", {"validation": 1})
    for info in session.runs.all():
        info.spec["split_settings"] = make_split("last-n", {"validation": 1}).model_dump()
    monkeypatch.setattr(page.algorithms, "suggested_lists", lambda: ["ease", "sasrec"])
    monkeypatch.setattr(session, "start_search", lambda names, **more: asked.append((names, more)))
    monkeypatch.setattr(Searches, "making", True)
    page._refresh_good()
    monkeypatch.setattr(page.good._cost, "ask", measured.append)
    opened.click(page.find_good)
    assert measured[0]["asked"]["algorithms"] == ["ease", "sasrec"]
    page.good._search_quick(measured[0], {"trial_seconds": {"ease": 1.0, "sasrec": 99.0}})
    assert asked == [(["ease"], {"trials": TRIALS, "minutes": MINUTES, "metric": "ndcg@10"})]
    assert session.project.view(FindGood.view) == {"runs": ["0-popularity"]}
    page.good._search_quick(measured[0], {"trial_seconds": {"ease": 70.0, "sasrec": 99.0}})
    assert asked.pop()[0] == ["ease"]  # the quickest, be it slow
    page.good._search_all(measured[0], "It could not be measured.", "")
    assert asked.pop()[0] == ["ease", "sasrec"]
    assert page.good_one.words.text().startswith(f"Finding a good one: 0 of {TRIALS} trials have ended")
    project = session.project.current
    search = Search.create(
        project.folder / "searches" / "s", project.data_folder, project.runs_folder, ["ease"], trials=1, split="last-n"
    )
    trial = {"number": 0, "state": TrialState.DONE, "algorithm": "ease", "run": "1-ease", "value": 0.5}
    write_trials(search.folder, [TrialLine(**trial)])
    StatusWriter(search.folder).end(RunState.DONE)
    monkeypatch.setattr(Searches, "making", False)
    searches._read(search.folder)
    searches.made.emit("s")
    searches.changed.emit()
    assert session.project.view(FindGood.view) == {"runs": ["0-popularity", "1-ease"], "search": "s"}
    opened.until(lambda: page.good.advice is not None)
    assert page.good_one.words.text() == page.good.advice.sentence
    again = FindGood(session, page)  # as in a window that is opened again
    opened.until(lambda: again.advice == page.good.advice)


def test_what_is_trained_is_tested_and_one_sentence_says_which_to_take(opened, monkeypatch):
    page, session = opened.page, opened.session
    assert session.project.holds_validation is False  # so nothing can be searched
    asked = []
    monkeypatch.setattr(session, "queue_run", lambda name: asked.append(name) or f"{len(asked) - 1}-{name}")
    monkeypatch.setattr(page.algorithms, "suggested_lists", lambda: ["ease"])
    page._refresh_good()
    opened.click(page.find_good)
    assert asked == []  # both are there already, as nobody chose anything
    assert session.project.view(FindGood.view) == {"runs": ["0-popularity", "1-ease"]}
    card = page.good_one
    assert card.isVisible()
    assert not page.find_good.isEnabled()  # once at a time
    opened.until(lambda: page.good.advice is not None)
    assert all(info.evaluation is not None for info in page.good.runs)
    assert card.words.text() == page.good.advice.sentence
    assert "Popularity" in card.words.text()
    opened.click(card.look)
    assert (session.selection.runs, opened.window.page.name) == ([page.good.advice.run], "inspect")
    again = FindGood(session, page)  # as in a window that is opened again
    opened.until(lambda: again.advice == page.good.advice)
    page.good.forget()
    assert not card.isVisibleTo(page)
    assert page.find_good.isEnabled()


class Ended(QObject):
    """A test that is asked for and never done."""

    cancelled, failed = Signal(), Signal(str, str)


def test_a_test_that_was_cancelled_or_failed_is_not_waited_for(opened, monkeypatch):
    asked = []
    monkeypatch.setattr(opened.session, "evaluate", lambda _ids: asked.append(Ended()) or asked[-1:])
    joint = JointRuns(opened.session, opened.page)
    joint.keep(["0-popularity", "1-ease"])
    assert joint.busy
    asked[0].cancelled.emit()
    assert joint.busy
    asked[1].failed.emit("It could not be tested.", "")
    assert joint.over
    assert len(asked) == 2  # nor are they asked for again


def test_what_cannot_learn_from_the_data_is_not_offered_first(opened):
    algorithms = opened.page.algorithms
    assert algorithms.name == "ease"
    algorithms._take_reasons({"ease": "It would need 60 GB."})
    assert algorithms.name != "ease"
    assert not algorithms.reason(opened.page.kind)
    algorithms.choose("ease")
    algorithms.by_person = True
    algorithms._take_reasons({"ease": "It would need 60 GB."})
    assert algorithms.name == "ease"


def test_several_algorithms_are_chosen_and_queued_at_once(opened, monkeypatch):
    page, algorithms = opened.page, opened.page.algorithms
    asked = []
    monkeypatch.setattr(opened.session, "queue_run", lambda name, values, **options: asked.append((name, values)))
    algorithms._take_reasons({"gru4rec": "It needs times."})
    page._drafts["slim"] = {"l1": 2.0}
    for name in ("slim", "gru4rec", "blend"):
        row = algorithms.model.index(algorithms.model.row_of(name))
        algorithms.view.selectionModel().select(row, QItemSelectionModel.SelectionFlag.Select)
    opened.until(lambda: page.primary.text() == "Train 2 algorithms")
    algorithms._take_reasons({"gru4rec": "It needs times."})
    assert page.primary.text() == "Train 2 algorithms"  # the list was filled anew
    page.primary.trigger()
    assert asked == [("ease", page.form.given_values()), ("slim", {"l1": 2.0})]


def test_a_run_that_was_stopped_and_kept_is_tested_like_the_others_and_one_with_other_values_is_trained(opened):
    session = opened.session
    info = session.runs.get("1-ease")
    info.status = info.status.but(state=RunState.STOPPED)
    session.project.set_view(FindGood.view, {"runs": ["1-ease"]})
    good = FindGood(session, opened.page)
    opened.until(lambda: info.evaluation is not None)
    assert not good.busy
    assert good._there("ease") == "1-ease"
    info.spec["hyperparameters"]["regularization"], info.spec["from_data"] = 7.0, {}
    assert good._there("ease") is None


def test_only_what_the_split_can_test_is_suggested_and_the_rest_is_grey(opened):
    algorithms, project = opened.page.algorithms, opened.session.project
    algorithms._known = DataProfile(60, 12, 9, per_user=5, described=True)
    assert "ease" in algorithms.suggested_lists()
    project.set_split("cold-items")
    found = algorithms.suggested_lists()
    assert found
    assert not [kind.name for kind in map(all_algorithms().get, found) if kind.personal and not kind.places_items]
    assert not set(untestable(make_split("cold-items"))) & {*found, *algorithms._suggested}
    assert algorithms.name != "ease"  # nobody chose it
    row = algorithms.model.index(algorithms.model.row_of("ease"))
    assert row.data(SHORT) == "not with this split"
    assert "only such items" in row.data(REASON)
    algorithms.choose("ease")
    assert not opened.page.primary.isEnabled()
    project.set_split("last-n")
    assert opened.page.primary.isEnabled()
    assert not row.data(SHORT)


def test_all_folds_or_several_seeds_are_trained_tested_and_summed_up_by_one_button(opened, monkeypatch):
    page, session, asked = opened.page, opened.session, []
    queue = lambda name, values, fold=None, **options: asked.append((name, fold, options["seed"]))  # noqa: E731
    monkeypatch.setattr(session, "queue_run", queue)
    page.algorithms.choose("bpr")
    assert page.several_runs.text() == "Train 3 seeds"
    page.options.set_values({"seed": 4})
    page.several_runs.trigger()
    session.project.set_split("k-fold", {"k": 2, "fold": 1})
    assert page.several_runs.text() == "Train all 2 folds"
    page.several_runs.trigger()
    assert asked == [("bpr", None, seed) for seed in (4, 5, 6)] + [("bpr", fold, 4) for fold in (0, 1)]
    assert not page.summed.isVisible()


def test_folds_are_tested_when_they_are_trained_and_their_mean_is_said(opened):
    page, session = opened.page, opened.session
    runs = [session.runs.get(run_id) for run_id in ("0-popularity", "1-ease")]
    for fold, info in enumerate(runs):  # as two folds of one algorithm
        info.algorithm = "ease"
        info.spec |= {"algorithm": "ease", "hyperparameters": {}, "split": "k-fold", "split_settings": {"fold": fold}}
    page.repeats.keep([info.id for info in runs])
    assert page.summed.words.text() == "Training all folds: 0 of 2 are trained and tested."
    opened.until(lambda: not page.repeats.busy)
    figures = [info.metrics["ndcg@10"]["mean"] for info in runs]
    mean, error = sum(figures) / 2, abs(figures[0] - figures[1]) / 2
    said = f"EASE over 2 folds: NDCG@10 {mean:.3f} ± {error:.4f} (mean and standard error)"
    assert page.summed.words.text() == said
    opened.click(page.summed.compare)
    assert (session.selection.runs, opened.window.page.name) == ([info.id for info in runs], "compare")
