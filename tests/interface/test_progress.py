"""The bar is drawn where a line can be drawn over, and leaves nothing behind."""

import io
import sys

import pytest

import workbench
from workbench.interface.progress import shown

# What ipykernel puts in the place of standard error below a cell: it is no terminal, but a return goes back in its line.
Cell = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream", "isatty": lambda self: False})
Terminal = type("Terminal", (io.StringIO,), {"isatty": lambda self: True})


def seen(text):
    """What is left to see of the last line in a notebook."""
    line = []
    at = 0
    for letter in text.rpartition("\n")[2]:
        if letter == "\r":
            at = 0
            continue
        line[at : at + 1] = [letter]
        at += 1
    return "".join(line).rstrip()


def test_a_notebook_sees_a_bar_that_goes_again(monkeypatch):
    stream = Cell()
    monkeypatch.setattr(sys, "stderr", stream)
    with shown("Training EASE", wanted=True) as progress:
        progress.progress(0.5, "a long piece of text about users")
        assert seen(stream.getvalue()).startswith("Training EASE  ████████████░░░░░░░░░░░░  50%")
        progress._next = 0
        progress.progress(0.75)
        assert seen(stream.getvalue()).endswith("75%")  # nothing of the longer line is left
    assert seen(stream.getvalue()) == ""
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize(
    ("stream", "wanted", "drawn"), [(Terminal, True, True), (Cell, False, False), (io.StringIO, True, False)]
)
def test_only_who_wants_and_can_see_a_bar_gets_one(monkeypatch, stream, wanted, drawn, ratings):
    out = stream()
    monkeypatch.setattr(sys, "stderr", out)
    workbench.read_interactions(ratings, progress=wanted)
    assert ("Reading" in out.getvalue()) is drawn
    if drawn:
        assert out.getvalue().endswith("\r\x1b[K")


def test_the_bar_goes_where_a_job_fails(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with pytest.raises(workbench.WorkbenchError):
        workbench.read_interactions("nowhere.csv")
    assert "░" not in stream.getvalue().rpartition("\x1b[K")[2]
