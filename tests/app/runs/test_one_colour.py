"""A run has one colour for life: in the sidebar, Train, Compare, Inspect, the report, and the pictures that are written."""

import json
import re

import pytest

from tests.app.fake_runs import done_run, epoch_records, write_records
from tests.app.pages.train.test_page import shown
from workbench.app.pages.compare.chart import chart_runs
from workbench.app.pages.train.page import TrainPage
from workbench.app.session.now import now_of
from workbench.app.session.run_combo import RunCombo, usable_runs
from workbench.app.shell.sidebar_entry import Entry
from workbench.app.tables.item_tables import ListTable
from workbench.app.widgets.theme import theme
from workbench.charts import style
from workbench.export.report_plots import chart_run, plots_of, write_plots
from workbench.export.run_report import groups_of, report_on
from workbench.training.run import Run

METRICS = {"ndcg@10": [0.3, 0.2, 0.4], "recall@10": [0.3, 0.2, 0.4]}


@pytest.fixture
def runs(project):
    """Four runs; the first was made when the others of its folder were removed, the second before runs had numbers."""
    made = [done_run(project, name, "bpr", metrics=METRICS, seed=seed) for seed, name in enumerate("abcd")]
    for run, number in zip(made, (9, None, 2, 10), strict=True):
        write_records(run, epoch_records(1) + epoch_records(2))
        path = run.folder / "run.json"
        spec = json.loads(path.read_text()) | {"number": number}
        path.write_text(json.dumps(spec))
    return {run.name: Run.open(run.folder) for run in made}


def painted(widget):
    """All colours of a picture of a widget."""
    image = widget.grab().toImage() if hasattr(widget, "grab") else widget.toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_a_run_has_one_colour_in_every_picture(runs, session, project, keep, qtbot, light, tmp_path):
    session.open_project(project.folder)
    colors = {name: theme().series(run.number).name() for name, run in runs.items()}
    assert len(set(colors.values())) == 4
    infos = usable_runs(session)
    assert {info.id: info.number for info in infos} == {name: run.number for name, run in runs.items()}
    assert {run.key: run.number for run in chart_runs(infos)} == {name: run.number for name, run in runs.items()}
    combo, table = keep(RunCombo("Run")), keep(ListTable())
    combo.show_runs(infos, "a", now_of(session))
    table.resize(500, 200)
    panel = shown(TrainPage(session), keep, qtbot).run
    session.selection.select_runs(list("abcd"))
    qtbot.waitUntil(lambda: set(panel.plots.validation.lines()) == set("abcd"))
    for info in infos:
        color = colors[info.id]
        assert color in painted(keep(Entry("", number=info.number)))
        assert color in painted(combo.itemIcon(combo.findData(info.id)).pixmap(16))
        table.show_items([{"item": "x", "title": "x", "rank": 1, "score": 1.0, "interactions": 1}], info.number)
        assert color in painted(table)
        assert panel.plots.validation._lines[info.id][0].opts["pen"].color().name() == color
        session.selection.select_runs([info.id])
        assert color in painted(panel.head.dot)
        session.selection.select_runs(list("abcd"))
    (group,) = groups_of(report_on(list(runs.values())), "ndcg@10")
    names = {one.title: one.run.name for one in group.runs}
    assert {chart_run(one).number for one in group.runs} == {run.number for run in runs.values()}
    plot = next(plot for plot in plots_of([group], {}) if plot.key)
    (tmp_path / "svg").mkdir()
    written = (tmp_path / "svg" / write_plots(tmp_path / "svg", list(runs.values()), "ndcg@10")[0]).read_text()
    looks = dict(re.findall(r"\.line\.s(\d), \.mark\.s\d \{ stroke: (#\w+)", written))
    drawn = {names[name]: looks[re.search(r"\bs(\d)", str(look))[1]] for name, look in plot.key}
    assert drawn == colors


def test_neighbours_are_never_alike():
    looks = [(style.color_of(number), style.round_of(number)) for number in range(36)]
    assert len(set(looks)) == 36
    assert all(a[0] != b[0] for at, a in enumerate(looks) for b in looks[at + 1 : at + 6])
