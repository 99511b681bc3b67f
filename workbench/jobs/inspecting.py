"""One user or one item under a run: the list, the reasons, lists that might be, and what is like it."""

from typing import Any

from workbench.jobs.job import Json, job


@job("recommend", title="Recommending", lane="interactive", silent=True)
def recommend(**asked: Any) -> Json:
    """One user's history and list, with titles."""
    from workbench.insight import listing

    return listing.recommend(**asked)


@job("explain", title="Looking for reasons", lane="interactive")
def explain(**asked: Any) -> Json:
    """Why an item has its place in a user's list."""
    from workbench.insight import reasons

    return reasons.explain(**asked)


@job("list", title="Recommending", lane="interactive", silent=True)
def list_items(**asked: Any) -> Json:
    """A list, whatever it was asked to be: for a changed history, for somebody new, in another order."""
    from workbench.insight import listing

    return listing.list_items(**asked)


@job("new_people", title="Reading histories", lane="interactive")
def new_people(**asked: Any) -> Json:
    """Who is in a file of histories of people who are not in the data."""
    from workbench.insight import new_people

    return new_people.list_people(**asked)


@job("similar", title="Looking for similar items", lane="interactive")
def similar(**asked: Any) -> Json:
    """Items that are like one, as the run's algorithm sees it."""
    from workbench.insight import looking

    return looking.similar(**asked)


@job("find_items", title="Looking for items", lane="interactive")
def find_items(**asked: Any) -> list[Json]:
    """Items by title or id, the best fit first."""
    from workbench.insight import finding

    return finding.find_items(**asked)


@job("find_anything", title="Looking for users and items", lane="interactive", silent=True)
def find_anything(**asked: Any) -> Json:
    """Users and items of the data that fit what was typed."""
    from workbench.insight import finding

    return finding.find_anything(**asked)


@job("item_story", title="Looking at the item", lane="interactive")
def item_story(**asked: Any) -> Json:
    """What is to be known of one item."""
    from workbench.insight import finding

    return finding.item_story(**asked)


@job("thumbnails", title="Looking at pictures", lane="interactive", silent=True)
def thumbnails(**asked: Any) -> Json:
    """Small pictures of some items."""
    from workbench.insight import thumbnails

    return thumbnails.thumbnails(**asked)


@job("kinds_of_users", title="Looking for users", lane="interactive")
def kinds_of_users(**asked: Any) -> list[Json]:
    """Users of one kind, the most so first."""
    from workbench.insight import finding

    return finding.kinds_of_users(**asked)


@job("similar_users", title="Looking for users", lane="interactive")
def similar_users(**asked: Any) -> list[Json]:
    """Those whose items are most like a user's."""
    from workbench.insight import finding

    return finding.similar_users(**asked)


@job("item_map", title="Drawing the map", lane="interactive")
def item_map(**asked: Any) -> Json:
    """A map of a run's items and of the people who had them, written beside the model."""
    from workbench.insight import finding

    return finding.item_map(**asked)


@job("faithfulness", title="Checking reasons", lane="background")
def faithfulness(**asked: Any) -> Json:
    """Whether a run's reasons are the reasons, kept beside the model."""
    from workbench.insight import looking

    return looking.faithfulness(**asked)
