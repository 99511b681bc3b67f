"""What a piece of work took: seconds on the clock, and seconds of the processor, which others' work disturbs less."""

import time
from contextlib import contextmanager


@contextmanager
def spent():
    """Time a block; yields a dict that holds ``seconds`` and ``cpu`` at its end."""
    took = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield took
    took |= {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
