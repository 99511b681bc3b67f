"""An algorithm, a metric and a page that somebody adds are one file each: window, command line, help find them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.additions import ALGORITHM, METRIC, PAGE
from tests.app.fake_runs import done_run
from workbench import metrics
from workbench.algorithms import all_algorithms
from workbench.algorithms import neighbours as family
from workbench.app import pages
from workbench.app.page import Page
from workbench.app.pages import all_pages
from workbench.app.pages.train.page import TrainPage
from workbench.app.shell.window import MainWindow
from workbench.cli import main
from workbench.metrics import all_metrics

ROOT = Path(__file__).resolve().parents[2]
RATINGS = "user,item\n" + "".join(f"u{u},i{(u + 3 * n) % 11}\n" for u in range(12) for n in range(5))


@pytest.fixture
def new_algorithm(add_file):
    """An algorithm that somebody has just added; its name."""
    add_file(family, "baskets", ALGORITHM, all_algorithms)
    yield "baskets"
    all_algorithms()["baskets"].name = ""  # a class is found as long as it lives, and one without a name is not


@pytest.fixture
def new_metric(add_file):
    """A metric that somebody has just added; its name."""
    add_file(metrics, "first_hit", METRIC, all_metrics)
    return "first_hit"


@pytest.fixture
def new_page(add_file):
    """A page that somebody has just added; its name."""

    class Nothing:
        """What `all_pages` remembers of its last search."""

        cache_clear = staticmethod(lambda: None)

    add_file(pages, "count", PAGE, Nothing)
    yield "count"
    for page in Page.__subclasses__():
        if page.__module__ == "workbench.app.pages.count":
            page.name = ""  # as above


@pytest.fixture
def ask(capsys):
    """Give a command; returns what it prints."""

    def ask(*words):
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as ended:  # as argparse does after its help
            status = ended.code
        said = capsys.readouterr()
        assert status == 0, said.err
        return said.out

    return ask


def test_an_algorithm_is_listed_trained_and_recommends(new_algorithm, ask, write, tmp_path):
    assert "Shared baskets" in ask("algorithms")
    assert "Holds down what everybody has." in ask("algorithms", new_algorithm)
    run = tmp_path / "run"
    given = [write("ratings.csv", RATINGS), "--algorithm", new_algorithm, "--set", "damping=0.25"]
    ask("train", *given, "--run", run, "--quiet")
    assert json.loads((run / "run.json").read_text())["hyperparameters"] == {"damping": 0.25}
    ask("recommend", run, "--user", "u1", "--k", "3", "--output", tmp_path / "lists.csv")
    assert len((tmp_path / "lists.csv").read_text().splitlines()) == 4


def test_an_algorithm_is_offered_with_its_form(new_algorithm, opened, keep, light, qtbot):
    page = keep(TrainPage(opened))
    page.show()
    page.shown()
    names = page.algorithms.model.names
    qtbot.waitUntil(lambda: new_algorithm in names())
    page.algorithms.choose(new_algorithm)
    qtbot.waitUntil(lambda: "damping" in page.form.values())


def test_an_algorithm_is_held_to_the_contract(tmp_path):
    """In a process of its own: which algorithms are tested is decided when tests are collected."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "baskets.py").write_text(ALGORITHM)
    adding = "import workbench.algorithms.{0} as family\nfamily.__path__.append({1!r})\n"
    (tmp_path / "one_more.py").write_text(adding.format("neighbours", str(tmp_path / "more")))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "one_more", "-p", "no:cacheprovider", "-k", "baskets"]
    done = subprocess.run(
        [*command, "tests/algorithms/test_contract.py"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.splitlines()[-1].split()[0]) > 15


def test_a_metric_is_in_the_help_and_calculated(new_metric, ask, write, tmp_path):
    assert "1 where the first of the list is relevant" in ask("evaluate", "--help")
    given = ["train", write("ratings.csv", RATINGS), "--algorithm", "popularity", "--run", tmp_path / "run"]
    ask(*given, "--quiet")
    answer = json.loads(ask("evaluate", tmp_path / "run", "--metrics", new_metric, "--json"))
    assert 0 <= answer["metrics"][new_metric]["mean"] <= 1
    assert answer["protocol"]["formulas"][new_metric] == "1 where the first of the list is relevant, else 0"


def test_a_metric_is_offered_for_table_and_picture(new_metric, project, show_compare):
    done_run(project, "one", metrics={"ndcg@10": (0.4, 0.3, 0.5), new_metric: (0.2, 0.1, 0.3)})
    chooser = show_compare().chooser
    assert "First hit rate" in [chooser.itemText(at) for at in range(chooser.count())]


def test_a_page_is_a_step_of_the_window(new_page, session, project, keep, light):
    window = keep(MainWindow(session))
    session.open_project(project.folder)
    window.show_page(new_page)
    assert window.page.words.text() == "Runs: 0"
    assert window.sidebar.steps[new_page].text() == "Count"
    assert window.sidebar.steps[new_page]._state == "0 counted"


def test_what_was_added_is_gone_afterwards():
    assert "baskets" not in all_algorithms()
    assert "first_hit" not in all_metrics()
    assert "count" not in [page.name for page in all_pages()]
