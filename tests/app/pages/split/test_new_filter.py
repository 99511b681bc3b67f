"""A filter that is one new file: it is in the menu, with its words and its form."""

from workbench.app.pages.split.filters import FilterCard


def test_it_can_be_added(new_filter, keep, light):
    card = keep(FilterCard())
    action = card.menu.actions()[-1]
    assert (action.text(), action.data()) == ("Each nth", new_filter)
    assert action.toolTip() == "Keeps each nth interaction of the file."
    action.trigger()
    assert card.recipe() == [{"name": new_filter, "settings": {}}]
    card.rows[0].form.set_values({"n": 3})
    assert card.recipe() == [{"name": new_filter, "settings": {"n": 3}}]
