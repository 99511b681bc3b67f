"""What is done before anybody asks."""

from workbench.control import Control
from workbench.jobs.job import Json, job


@job("warm_up", title="Getting ready", lane="interactive", silent=True)
def warm_up(control: Control, kernels: bool = True) -> Json:
    """Load what the first recommendation would wait for; without `kernels` what the first rows of a file would wait for."""
    if not kernels:
        return {}
    from workbench.algorithms import all_algorithms
    from workbench.evaluation.ranking import make_ready

    make_ready()
    return {"algorithms": list(all_algorithms())}
