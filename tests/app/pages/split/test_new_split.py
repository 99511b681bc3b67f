"""A split that is one new file: it is on the page, with its words and its form."""

from PySide6.QtWidgets import QApplication

from workbench.app.pages.split import split_text
from workbench.app.pages.split.page import SplitPage


def test_it_is_on_the_page(new_split, opened, keep, light):
    page = keep(SplitPage(opened))
    page.show()
    QApplication.processEvents()
    assert list(page.choices)[-1] == new_split
    choice = page.choices[new_split]
    assert choice.isEnabled()
    assert choice.text() == "Rounds"
    assert choice.accessibleDescription() == "Hides each nth interaction: every one is hidden once."
    choice.click()
    assert page.form.values() == {"rounds": 3, "fold": 0, "show_validation": True}
    assert opened.project.set_split(new_split, {"rounds": 5, "fold": 3})
    assert SplitPage.state(opened) == ("round 4 of 5", "")


def test_what_is_not_known_any_more_keeps_its_name():
    assert split_text.short("rounds", {"fold": 3}) == "rounds"
    assert split_text.short("last-n", {"n": "many"}) == "last-n"
