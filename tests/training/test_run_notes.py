"""Notes of a person are held to one line, and to what can be seen."""

import pytest

from workbench.training.run_notes import RunNotes


@pytest.mark.parametrize("title", ["", "  \t", "\u200b", "\u2060\ufeff \u200e"])
def test_a_title_that_nobody_can_see_is_none(title):
    assert RunNotes().but(title=title, tags=[title, "seen"]) == RunNotes("", ("seen",))


def test_letters_of_every_script_and_pictures_are_seen():
    titles = ["推荐系统", "نظام التوصية", "👩\u200d💻", "e\u0301"]
    assert [RunNotes().but(title=title).title for title in titles] == titles
