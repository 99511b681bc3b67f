from PySide6.QtWidgets import QFileDialog

from workbench.app.widgets.file_dialog import choose_data, choose_one


def asked(monkeypatch, name, answer):
    """Arguments with which a dialog is opened that is answered at once."""
    found = []
    monkeypatch.setattr(QFileDialog, name, lambda *given: found.append(given) or (answer, ""))
    return found


def test_what_can_be_read_can_be_chosen(new_format, monkeypatch):
    given = asked(monkeypatch, "getOpenFileNames", ["/x/a.csv", "/x/b.notes"])
    assert [path.name for path in choose_data(None, "Open", ("project.json",))] == ["a.csv", "b.notes"]
    patterns = given[0][3].split(";;")[0]
    for ending in (".csv", ".notes", ".parquet", ".xlsx", ".sqlite", ".gz", ".zip", ".item", ".npy", "project.json"):
        assert f"*{ending}" in patterns
    assert given[0][3].endswith(";;All files (*)")


def test_nothing_may_be_chosen(monkeypatch):
    given = asked(monkeypatch, "getOpenFileName", "")
    assert choose_one(None, "Open") is None
    assert "*.csv" in given[0][3]
    assert "*.notes" not in given[0][3]
