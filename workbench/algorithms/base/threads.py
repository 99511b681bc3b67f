"""Work spread over threads, whose results do not depend on how many there are.

Compiled loops let go of the interpreter, so plain threads will do. Each block of rows is worked on by one thread, alone.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from workbench.data.interactions import Array

T = TypeVar("T")


def allowed() -> int:
    """Threads that whoever started this allows: as many as linear algebra has been given."""
    from threadpoolctl import threadpool_info

    return max((int(pool["num_threads"]) for pool in threadpool_info() if pool["user_api"] == "blas"), default=1)


def spread(work: Callable[[slice], T], blocks: list[slice], threads: int) -> Iterator[T]:
    """Results of `work` for each block, in the order of the blocks; closing the iterator stops before the next ones."""
    threads = min(threads, len(blocks))
    if threads <= 1:
        yield from map(work, blocks)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[T]] = deque()
    try:
        for block in blocks:
            waiting.append(pool.submit(work, block))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def even_blocks(cost: Array, limit: float) -> list[slice]:
    """Cut rows into runs whose `cost` (n,) adds up to about `limit` each; a row that costs more stands alone."""
    total = np.cumsum(cost, dtype=np.float64)
    blocks, start = [], 0
    while start < len(cost):
        before = total[start - 1] if start else 0.0
        end = max(start + 1, int(np.searchsorted(total, before + limit, side="right")))
        blocks.append(slice(start, end))
        start = end
    return blocks
