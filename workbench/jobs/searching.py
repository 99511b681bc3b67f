"""What a search will take."""

from workbench.control import Control
from workbench.jobs.filtered_data import filtered
from workbench.jobs.job import Json, job


@job("search_estimate", title="Measuring the time of a search", lane="measuring", silent=True)
def search_estimate(data: str, asked: Json, control: Control, filters: list[Json] | None = None) -> Json:
    """What a search will take; `asked` has ``algorithms``, ``trials`` and the like, as in `SearchSpec`."""
    from workbench.searching.cost import estimate_search

    return estimate_search(filtered(data, filters)[0], asked, control)
