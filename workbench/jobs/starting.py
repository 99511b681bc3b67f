"""What is done before anybody asks."""

from workbench.control import Control
from workbench.jobs.job import Json, job


@job("warm_up", title="Getting ready", lane="interactive", silent=True)
def warm_up(control: Control) -> Json:
    """Load what the first recommendation would wait for."""
    from workbench.algorithms import all_algorithms
    from workbench.evaluation.ranking import make_ready

    make_ready()
    return {"algorithms": list(all_algorithms())}
