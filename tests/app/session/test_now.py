"""Runs on other data are marked wherever one of them is chosen."""

import numpy as np

from tests.app.conftest import small_data
from tests.app.fake_runs import done_run
from workbench.app.session.now import now_of
from workbench.app.session.run_combo import RunCombo, usable_runs
from workbench.app.session.shown_list import list_heading
from workbench.insight.asked_list import AskedList


def test_a_run_on_other_data_says_so_where_it_is_chosen_and_above_its_lists(session, project, keep):
    run = done_run(project, "old")
    session.open_project(project.folder)
    combo, asked = keep(RunCombo("Run")), AskedList(run=str(run.folder), user="bob", k=5)

    def told():
        combo.show_runs(usable_runs(session), "old", now_of(session))
        return combo.currentText(), list_heading(session, asked)

    assert told() == ("Popularity", "User bob · Popularity · top 5")
    small_data().take(np.arange(12)).save(project.folder / "data" / "new", {})
    session._imported(session.project.current, "new", {})
    assert told() == ("Popularity · other data", "User bob · Popularity (other data) · top 5")
    session.use_version("small")
    assert told()[0] == "Popularity"
