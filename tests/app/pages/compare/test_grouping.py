"""The table of runs: columns and order that a person chose, what is looked for, and runs that belong together."""

import json
import shutil

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.app.compared import click_row, column, headers, sort_by, titles
from tests.app.fake_runs import done_run, evaluation, set_status
from workbench.app.pages.compare.delegates import DETAIL, INK, LIGHTS
from workbench.app.pages.compare.page import ComparePage
from workbench.app.widgets.basic import Text
from workbench.evaluation.leaks import LIGHTS as CHECKS
from workbench.files import write_json

TIP = Qt.ItemDataRole.ToolTipRole


def figures(ndcg, **more):
    return {"ndcg@10": (ndcg, ndcg - 0.1, ndcg + 0.1), **{name: (value, None, None) for name, value in more.items()}}


def again(page, session, keep):
    """The page as it is made the next time, from what was kept with the project."""
    other = keep(ComparePage(session))
    other.recall(json.loads(json.dumps(page.remember())))
    other.show()
    other.shown()
    return other


def tick(page, text):
    """Tick a box in the menu of columns."""
    page.tools.menu.fill()
    found = [one for menu in [page.tools.menu, *page.tools.menu.findChildren(type(page.tools.menu).__mro__[1])]
             for one in menu.actions() if one.text() == text]  # fmt: skip
    assert len(found) == 1, text
    found[0].trigger()


# Columns -----------------------------------------------------------------------------------------------------------


def test_any_metric_and_fact_can_be_a_column_and_the_choice_is_kept(show_compare, project, session, keep):
    run = done_run(project, "a-popularity", metrics=figures(0.4, **{"novelty@10": 7.5, "rmse": 0.9}))
    set_status(run, "done", epoch=12, last={"seconds": 1.5})
    page = show_compare()
    usual = headers(page)
    assert usual == [
        "run",
        "state",
        "validation",
        "NDCG@10",
        "95 % interval",
        "Recall@10",
        "Coverage@10",
        "checks",
        "time",
    ]
    for one in ("state", "validation", "95 % interval", "tags", "epochs", "note", "RMSE"):
        tick(page, one)
    assert headers(page) == [
        "run",
        "tags",
        "NDCG@10",
        "Recall@10",
        "Coverage@10",
        "RMSE",
        "checks",
        "epochs",
        "time",
        "note",
    ]
    assert column(page, "epochs") == ["12"]
    assert column(page, "RMSE") == ["0.900"]
    other = again(page, session, keep)
    assert headers(other) == headers(page)
    tick(other, "Default columns")
    assert headers(other) == usual


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)  # there is no keyboard without a screen
def test_the_menu_of_columns_stays_while_boxes_are_ticked(show_compare, project, qtbot):
    done_run(project, "a-popularity", metrics=figures(0.4))
    page = show_compare()
    menu = page.tools.menu
    menu.popup(page.mapToGlobal(page.rect().center()))
    menu.setActiveAction(menu.actions()[0])
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert "state" not in headers(page)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert menu.isVisible()
    assert "state" in headers(page)
    menu.close()


def test_what_sorts_is_kept_also_when_columns_come_and_go(show_compare, project, session, qtbot, keep):
    done_run(project, "a-popularity", metrics=figures(0.2, **{"recall@10": 0.1}))
    done_run(project, "b-random", "random", metrics=figures(0.1, **{"recall@10": 0.3}))
    page = show_compare()
    sort_by(page, qtbot, "Recall@10")
    assert titles(page) == ["Random", "Popularity"]
    page.tools.columns_chosen.emit(["tags", "test:recall@10"])
    assert titles(page) == ["Random", "Popularity"]
    header = page.table.horizontalHeader()
    assert (header.isSortIndicatorShown(), header.sortIndicatorSection()) == (True, headers(page).index("Recall@10"))
    other = again(page, session, keep)
    assert titles(other) == ["Random", "Popularity"]
    assert other.table.horizontalHeader().sortIndicatorSection() == headers(other).index("Recall@10")
    sort_by(other, qtbot, "Recall@10")
    assert titles(other) == ["Popularity", "Random"]


def test_errors_sort_the_least_first(show_compare, project, qtbot):
    for name, rmse in (("a", 0.9), ("b", 0.7), ("c", 0.8)):
        done_run(project, f"{name}-popularity", metrics=figures(0.1, rmse=rmse))
    page = show_compare()
    page.tools.columns_chosen.emit(["test:rmse"])
    sort_by(page, qtbot, "RMSE")
    assert column(page, "RMSE") == ["0.700", "0.800", "0.900"]


@pytest.mark.parametrize(
    "view", [{"columns": 3, "sort": [1], "group": "x"}, {"columns": ["gone", "test:gone@5"], "sort": ["gone", True]}]
)
def test_views_of_another_version_do_no_harm(show_compare, project, session, keep, view):
    done_run(project, "a-popularity", metrics=figures(0.2))
    show_compare()
    page = keep(ComparePage(session))
    page.recall(view)
    page.show()
    page.shown()
    assert titles(page) == ["Popularity"]


# What is looked for ------------------------------------------------------------------------------------------------


def test_words_find_runs_by_name_algorithm_and_tag(show_compare, project, session, qtbot):
    for name in ("a-popularity", "b-random", "c-ease"):
        done_run(project, name, name[2:], metrics=figures(0.2))
    page = show_compare()
    session.runs.describe("b-random", title="Noise", tags=["Base line"])
    page.find()
    for words, found in (
        ("noi", ["Noise"]),
        ("RANDOM", ["Noise"]),
        ("base", ["Noise"]),
        ("line noise", ["Noise"]),
        ("e", ["Noise", "EASE"]),
        ("", ["Popularity", "Noise", "EASE"]),
    ):
        page.field.clear()
        qtbot.keyClicks(page.field, words)
        qtbot.waitUntil(lambda: titles(page) == found)  # noqa: B023
    page.field.setText("noise")
    qtbot.waitUntil(lambda: [info.id for info in page.drawn()] == ["b-random"])


def test_where_nothing_is_found_that_is_said_at_the_same_place(show_compare, project, session, qtbot):
    done_run(project, "a-popularity")
    page = show_compare()
    before = page.pictures.geometry()
    qtbot.keyClicks(page.field, "xyz")
    qtbot.waitUntil(page.nothing.isVisible)
    assert "xyz" in page.nothing.sentence.text()
    assert not page.table.isVisible()
    assert page.pictures.geometry() == before
    qtbot.mouseClick(page.nothing.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.table.isVisible)
    assert titles(page) == ["Popularity"]


def test_a_selected_run_that_is_not_looked_for_stays_selected(show_compare, project, session, qtbot):
    for name in ("a-popularity", "b-random"):
        done_run(project, name, name[2:])
    page = show_compare()
    session.selection.select_runs(["a-popularity"])
    page.field.setText("random")
    qtbot.waitUntil(lambda: titles(page) == ["Random"])
    assert session.selection.runs == ["a-popularity"]
    assert [info.id for info in page.drawn()] == ["b-random"]
    page.field.clear()
    qtbot.waitUntil(lambda: len(titles(page)) == 2)
    assert [index.data() for index in page.table.selectionModel().selectedRows()] == ["Popularity"]


# Groups ------------------------------------------------------------------------------------------------------------


def group_by(page, qtbot, way):
    page.tools.way.setFocus()
    qtbot.keyClick(page.tools.way, Qt.Key.Key_Home)
    for _ in range(page.tools.way.findData(way)):
        qtbot.keyClick(page.tools.way, Qt.Key.Key_Down)
    assert page.tools.way.currentData() == way


def test_seeds_of_one_algorithm_are_summed_up(show_compare, project, session, qtbot, keep):
    for seed, ndcg in ((1, 0.2), (2, 0.3), (3, 0.4)):
        done_run(project, f"a{seed}-random", "random", seed=seed, metrics=figures(ndcg), validation=ndcg / 2)
    done_run(project, "b-ease", "ease", metrics=figures(0.35))
    page = show_compare()
    group_by(page, qtbot, "algorithm")
    assert titles(page) == ["Random", "Random", "Random 2", "Random 3", "EASE", "EASE"]
    assert column(page, "NDCG@10") == ["0.300 ± 0.058", "0.200", "0.300", "0.400", "", "0.350"]
    assert column(page, "validation")[0] == "0.150 ± 0.029"
    assert column(page, "run", DETAIL) == ["3 seeds", "seed 1", "seed 2", "seed 3", "1 run", ""]
    assert column(page, "NDCG@10", TIP)[0] == "NDCG@10 0.3000 ± 0.0577 (standard error; 3 seeds, 0.2000 to 0.4000)"
    sort_by(page, qtbot, "NDCG@10")  # a mean against a run: 0.35 is more than 0.3, whatever the luckiest seed has
    assert titles(page) == ["EASE", "EASE", "Random", "Random 3", "Random 2", "Random"]
    other = again(page, session, keep)
    assert other.tools.way.currentData() == "algorithm"
    assert titles(other) == titles(page)


def test_repeats_are_one_row_that_opens_into_its_runs(show_compare, project, session, qtbot):
    for seed, ndcg in ((1, 0.2), (2, 0.3), (3, 0.4)):
        done_run(project, f"a{seed}-random", "random", seed=seed, metrics=figures(ndcg))
    done_run(project, "b-ease", "ease", metrics=figures(0.35))
    page = show_compare()
    assert titles(page) == ["Random", "EASE"]
    assert column(page, "NDCG@10") == ["0.300 ± 0.058", "0.350"]
    click_row(page, qtbot, 0)
    assert session.selection.runs == ["a1-random", "a2-random", "a3-random"]
    qtbot.keyClick(page.table, Qt.Key.Key_Right)
    assert titles(page) == ["Random", "Random", "Random 2", "Random 3", "EASE"]
    assert [index.row() for index in page.table.selectionModel().selectedRows()] == [0, 1, 2, 3]
    arrow = page.table.visualRect(page.table.runs().index(0, 0)).adjusted(10, 0, 0, 0).topLeft()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=arrow + QPoint(0, 8))
    assert titles(page) == ["Random", "EASE"]
    page.grab()


def test_repeats_are_told_from_other_settings_of_the_same_algorithm(show_compare, project, qtbot):
    for name, weight, seed, ndcg in (("a", 1.0, 1, 0.2), ("b", 1.0, 2, 0.4), ("c", 5.0, 1, 0.1)):
        done_run(project, f"{name}-ease", "ease", {"regularization": weight}, seed=seed, metrics=figures(ndcg))
    page = show_compare()
    group_by(page, qtbot, "algorithm")
    assert titles(page) == ["EASE", "L2 weight 1", "EASE", "EASE 2", "EASE 3"]
    assert column(page, "NDCG@10") == ["", "0.300 ± 0.100", "0.200", "0.400", "0.100"]
    assert column(page, "run", DETAIL) == ["3 runs", "2 seeds", "seed 1", "seed 2", "L2 weight 5, seed 1"]


def test_folds_are_summed_up_and_never_ranked_among_each_other(show_compare, project, session, qtbot):
    for algorithm, start in (("popularity", 0.1), ("random", 0.5)):
        for fold in range(3):
            settings = {"k": 3, "fold": fold}
            done_run(
                project,
                f"{algorithm}-{fold}",
                algorithm,
                split="k-fold",
                settings=settings,
                metrics=figures(start - fold / 100),
            )
    done_run(project, "z-ease", "ease", split="k-fold", settings={"k": 3, "fold": 0}, metrics=figures(0.3))
    page = show_compare()
    assert len(page._groups) == 3
    assert titles(page)[2:] == [
        "K-fold, parts 1, 2, 3, each tested once · " + titles(page)[0].partition(" · ")[2],
        "Popularity",
        "Random",
    ]
    assert column(page, "NDCG@10")[3:] == ["0.090 ± 0.006", "0.490 ± 0.006"]
    click_row(page, qtbot, 4)
    assert session.selection.runs == ["random-0", "random-1", "random-2"]
    group_by(page, qtbot, "algorithm")
    assert [len(one.runs) for one in page._rows] == [1, 6]  # one fold alone is not held against the mean of all
    assert "parts 1, 2, 3, each tested once" in titles(page)[2 + 1]
    sort_by(page, qtbot, "NDCG@10")
    shown = column(page, "NDCG@10")
    assert shown[3:] == ["", "0.490 ± 0.006", "0.500", "0.490", "0.480", "0.090 ± 0.006", "0.100", "0.090", "0.080"]
    sort_by(page, qtbot, "NDCG@10")
    shown = column(page, "NDCG@10")
    assert shown[3:] == ["", "0.090 ± 0.006", "0.100", "0.090", "0.080", "0.490 ± 0.006", "0.500", "0.490", "0.480"]
    assert column(page, "run", DETAIL)[5:8] == ["part 1", "part 2", "part 3"]
    assert len(page._groups) == 3  # in the pictures they stay apart


def test_runs_are_grouped_by_their_first_tag_within_a_protocol(show_compare, project, session, qtbot):
    done_run(project, "a-popularity", metrics=figures(0.1))
    done_run(project, "b-random", "random", metrics=figures(0.2))
    done_run(project, "c-ease", "ease", metrics=figures(0.3))
    done_run(project, "d-ease", "ease", split="random", metrics=figures(0.9))
    page = show_compare()
    session.runs.describe("c-ease", tags=["base", "x"])
    session.runs.describe("d-ease", tags=["base"])
    session.runs.describe("b-random", tags=["base"])
    group_by(page, qtbot, "tag")
    sort_by(page, qtbot, "NDCG@10")
    found = [one for one in titles(page) if " · " not in one]
    assert found == ["base", "EASE 2", "base", "EASE", "Random", "No tag", "Popularity"]


def test_runs_are_selected_once_with_the_line_that_sums_them_up(show_compare, project, session, qtbot):
    for seed in (1, 2):
        done_run(project, f"a{seed}-random", "random", seed=seed, metrics=figures(0.2))
    page = show_compare()
    group_by(page, qtbot, "algorithm")
    page.table.selectAll()
    assert session.selection.runs == ["a1-random", "a2-random"]
    rows = [index.data() for index in page.table.selectionModel().selectedRows()]
    assert rows == ["Random", "Random", "Random 2"]  # their sum is chosen with them


# Lights ------------------------------------------------------------------------------------------------------------


def test_each_leak_check_is_a_light_with_its_name(show_compare, project):
    clear = done_run(project, "a-popularity")
    write_json(clear.folder / "evaluation.json", evaluation(figures(0.2)) | {"leaks": []})
    leaky = done_run(project, "b-random", "random")
    leak = {"name": "future-in-training", "count": 3, "sentence": "3 interactions come too early."}
    tied = {"name": "last-by-file-order", "count": 2, "sentence": "2 are tied."}
    write_json(leaky.folder / "evaluation.json", evaluation(figures(0.2)) | {"leaks": [leak, tied]})
    done_run(project, "c-ease", "ease")
    page = show_compare()
    assert column(page, "checks") == ["passed", "2 found", "–"]
    shown = column(page, "checks", LIGHTS)
    assert shown[0] == [""] * len(CHECKS)
    inks = {name: ink for name, ink in zip(CHECKS, shown[1], strict=True) if ink}
    assert inks == {"future-in-training": "error", "last-by-file-order": "warn"}
    assert shown[2] is None
    tips = column(page, "checks", TIP)
    assert tips[0].startswith("No leak found")
    assert "■ Future in training: 3 interactions come too early." in tips[1]
    assert tips[1].count("●") == len(CHECKS) - 2
    assert {one.what: one.how for one in page.pictures.protocol.said}[
        "Leaks"
    ] == "Found: Future in training, Last by file order"
    page.grab()


def test_sampled_numbers_are_red_apart_and_called_so(show_compare, project, session, light):
    run = done_run(project, "a-popularity")
    write_json(
        run.folder / "evaluation.json", evaluation(figures(0.9), sampled=True, candidates="the truth and 99 others")
    )
    done_run(project, "b-random", "random", metrics=figures(0.2))
    page = show_compare()
    assert "sampled candidates" in titles(page)[2]
    assert column(page, "NDCG@10") == ["", "0.200", "", "sampled 0.900"]
    assert column(page, "NDCG@10", INK)[1::2] == ["text", "error"]
    assert column(page, "run", INK)[::2] == ["muted", "error"]
    card = page.pictures.protocol
    for chosen, warned in (("b-random", False), ("a-popularity", True)):
        session.selection.select_runs([chosen])
        page.refresh()
        page.finish()
        assert [one.what for one in card.said if one.warned] == ["Candidates"] * warned
        assert card.warning.isVisible() == warned
        assert card.hint.full_text().startswith("sampled" if warned else "what these")
    for shade in ("light", "dark"):
        light.set_mode(shade, keep=False)
        red = light.tokens.color("error").name()
        words = {one.text(): one.palette().color(one.foregroundRole()).name() for one in card.findChildren(Text)}
        assert words["Sampled: the truth and 99 others"] == red == words["Candidates"]
        assert [text for text, ink in words.items() if ink == red] == [
            "sampled", "Candidates", "Sampled: the truth and 99 others",
        ]  # fmt: skip
        picture = card.grab().toImage()
        seen = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
        assert red in seen


@pytest.mark.parametrize("leaks", [3, [3], [{}], [{"name": None, "sentence": 3}], {"a": 1}])
def test_a_test_with_damaged_checks_is_not_shown(show_compare, project, leaks):
    run = done_run(project, "a-popularity")
    write_json(run.folder / "evaluation.json", evaluation(figures(0.2)) | {"leaks": leaks})
    page = show_compare()
    assert column(page, "NDCG@10") == ["–"]  # a warning may be among what is damaged
    page.grab()


def test_groups_say_on_which_data_they_are_and_in_what_they_differ_from_now(show_compare, project, session):
    done_run(project, "a", metrics=figures(0.3))
    done_run(project, "b", split="random", settings={}, metrics=figures(0.5))
    page = show_compare()
    session.versions.rename("small", "the first")
    page.refresh()
    groups = [title for title in titles(page) if " · data " in title]
    assert [title.partition(" · data ")[2] for title in groups] == ["the first · another split", "the first"]
    session.selection.select_runs(["a", "b"])
    assert [info.id for info in page.drawn()] == ["a"], "unlike ones are never on one axis"
    assert dict(page.pictures.protocol.said[-1]._asdict())["what"] == "Data"
    small = project.folder / "data" / "small"
    shutil.copytree(small, project.folder / "data" / "new")
    about = json.loads((project.folder / "data" / "new" / "data.json").read_text())
    (project.folder / "data" / "new" / "data.json").write_text(json.dumps(about | {"hash": "f" * 64}))
    session.versions.look_again()
    session.use_version("new")
    page.refresh()
    assert [title for title in titles(page) if title.endswith(" · other data: the first")]
