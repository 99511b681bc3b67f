"""When a trial is given up: where it is behind what others of its algorithm had reached after as many epochs."""

from collections.abc import Mapping, Sequence

import numpy as np

STARTUP_TRIALS = 5  # of an algorithm that are trained to their end before one is given up
WARM_UP_EPOCHS = 3  # of a trial before it may be
PERCENTILE = 50.0  # of the others: whoever is below is given up

Curve = Mapping[int, float]
"""What validation said after each epoch; higher is better."""


def is_hopeless(own: Curve, others: Sequence[Curve]) -> bool:
    """Whether a trial should be given up after its last epoch.

    Parameters
    ----------
    own
        The trial's epochs so far.
    others
        Those of the finished trials of the same algorithm. What has stopped earlier counts with its best.
    """
    epoch = max(own, default=0)
    if epoch < WARM_UP_EPOCHS or len(others) < STARTUP_TRIALS:
        return False
    reached = [max((value for at, value in other.items() if at <= epoch), default=np.nan) for other in others]
    known = [value for value in reached if not np.isnan(value)]
    return len(known) >= STARTUP_TRIALS and max(own.values()) < float(np.percentile(known, PERCENTILE))
