"""Who makes the lists of everybody: chosen, kept, tried, and told to the export."""

import pytest

from workbench.app.shell.settings_dialog import SettingsDialog
from workbench.project import set_setting, settings


@pytest.fixture
def dialog(window, qtbot):
    window.commands["settings"].trigger()
    return window.findChild(SettingsDialog)


def choose(dialog, engine, address=""):
    dialog.who.setCurrentIndex(dialog.who.findData(engine))
    dialog.address.setText(address)


def test_what_is_chosen_is_kept_and_there_again(dialog, window, qtbot):
    assert (dialog.engine, dialog.go.isEnabled(), dialog.address.isEnabled()) == ("", False, False)
    said = []
    for asked in (("here", "10.0.0.1:6379"), ("ray", ""), ("ray", " 10.0.0.1:6379 "), ("", "")):
        choose(dialog, *asked)
        said.append((dialog.engine, dialog.go.isEnabled(), dialog.address.isEnabled()))
    assert said == [
        ("here", True, False), ("ray", True, True), ("ray://10.0.0.1:6379", True, True), ("", False, False),
    ]  # fmt: skip
    choose(dialog, "ray", "10.0.0.1:6379")
    dialog.reject()
    assert settings().engine == "ray://10.0.0.1:6379"
    again = SettingsDialog(window.session, window)
    assert (again.engine, again.address.text()) == ("ray://10.0.0.1:6379", "10.0.0.1:6379")


def test_machines_tell_what_they_are_and_whether_they_see_the_project(dialog, tmp_path, qtbot):
    choose(dialog, "ray", "10.0.0.1:6379")
    dialog.go.click()
    assert not dialog.go.isEnabled()
    qtbot.waitUntil(dialog.go.isEnabled)
    head, one, other, token = dialog.found.toPlainText().splitlines()
    assert head == "2 machines, 32 cores, asked in 1.2 s"
    assert one == "10.0.0.1 on one: 2 cores, 16 GB · Python 3.11.2, workbench 1 · sees the project"
    assert other.endswith("workbench 1 · OTHER VERSIONS than here · does NOT see the project's folder")
    assert token.startswith("The token that each machine needs is in ray://10.0.0.1:6379: ")
    choose(dialog, "here")
    assert dialog.found.toPlainText() == ""


def test_a_setting_that_is_damaged_counts_as_not_set():
    set_setting("engine", ["here"])
    assert settings().engine == ""
