"""Work spread over threads, whose results do not depend on how many there are.

Compiled loops let go of the interpreter, so plain threads will do. Each block of rows is worked on by one thread, alone.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from workbench.data.interactions import Array

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

T = TypeVar("T")


def allowed() -> int:
    """Threads that whoever started this allows: as many as linear algebra has been given."""
    pools = _pools(len(sys.modules)).info()
    return max((int(pool["num_threads"]) for pool in pools if pool["user_api"] == "blas"), default=1)


def one_thread_each() -> AbstractContextManager[object]:
    """Let linear algebra take one thread: rows are spread over threads already, and its sums are always alike."""
    import scipy.linalg.cython_blas  # noqa: F401 - what compiled loops call: only what is loaded is limited

    limits: AbstractContextManager[object] = _pools(len(sys.modules)).limit(limits=1)
    return limits


@lru_cache(maxsize=1)
def _pools(modules: int) -> "ThreadpoolController":
    """The libraries with threads of their own, looked for again only where more modules are loaded: it takes some ms."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


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
