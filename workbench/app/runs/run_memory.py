"""Whether one more training fits into the memory beside those in progress."""

from collections.abc import Iterable

DEFAULT_RUN_BYTES = 1 << 30  # expected of a training as long as nothing is known
RESERVED_BYTES = 1 << 30  # left to everything else on the computer


def one_more_fits(in_progress: Iterable[int | None], available_bytes: int) -> bool:
    """Whether one more training may start.

    It is expected to take as much as the largest of those in progress.

    Parameters
    ----------
    in_progress
        Bytes that each training in progress holds; None where that is not known yet.
    available_bytes
        Memory that is free now.
    """
    needed = max(filter(None, in_progress), default=DEFAULT_RUN_BYTES)
    return available_bytes - RESERVED_BYTES >= needed
