"""What the panel of reasons says of an item's place."""

import pytest

from workbench.app.pages.inspect.explanation import Reasons
from workbench.app.session.session import Session

ALIEN = {"item": "1", "title": "Alien", "contribution": 0.5, "rank_without": 34}


@pytest.fixture
def say(qtbot, home):
    session = Session()
    panel = Reasons(session)
    qtbot.addWidget(panel)

    def say(**changes):
        told = {"rank": 3, "score": 1.0, "base": 0.2, "how": "sum", "reasons": [ALIEN]} | changes
        panel._show({}, told)
        return panel.sentence.text()

    return say


def test_the_drop_without_the_strongest_reason_is_said(say):
    assert say(rank_learned=3) == "Without “Alien” the rank drops from 3 to 34."
    assert (
        say() == "Without “Alien” the rank drops from 3 to 34."
    )  # a history that never was: nothing was learned of it


def test_a_place_that_the_history_alone_does_not_give_is_said(say):
    said = say(rank_learned=2)
    assert said.startswith("Rank 2 also uses what training learned about this user; the history alone gives rank 3.")
    assert said.endswith("drops from 3 to 34.")


def test_without_a_history_nothing_is_said_of_a_drop(say):
    assert "no history" in say(rank_learned=2, reasons=[])
