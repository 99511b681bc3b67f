"""What a run says of itself is seen whole, whatever was said before."""

from types import SimpleNamespace

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.app.pages.train.run_remarks import RunRemarks

LONG = "On validation it is not better than popularity by more than chance, so it may have learned nothing. " * 3


def test_every_line_is_seen_also_after_a_run_that_said_nothing(keep, qtbot):
    whole = keep(QWidget())
    column, remarks = QVBoxLayout(whole), RunRemarks()
    column.addWidget(remarks)
    column.addWidget(QLabel("what stands below"), 1)
    whole.resize(480, 400)
    whole.show()
    qtbot.waitExposed(whole)
    for said in ([LONG], [], [LONG, "More."], ["Short."], [LONG], [LONG, LONG]):
        status = SimpleNamespace(remarks=[SimpleNamespace(sentence=sentence) for sentence in said])
        remarks.show_run(SimpleNamespace(status=status))
        if said:
            words = remarks.words
            qtbot.waitUntil(lambda words=words: words.height() >= words.heightForWidth(words.width()) > 0)
            qtbot.waitUntil(lambda words=words: remarks.height() == words.height())
        assert remarks.isVisible() == bool(said)
