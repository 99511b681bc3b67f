"""The bar of the command line, where a line can be drawn over: on a terminal and in a notebook."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.commands.output import Progress, can_redraw


@contextmanager
def shown(what: str, wanted: bool) -> Iterator[Progress]:
    """Show how far `what` is, where that is wanted and can be seen; the bar is gone afterwards."""
    progress = Progress(quiet=not (wanted and can_redraw(sys.stderr)))
    progress.start(what)
    try:
        yield progress
    finally:
        progress.end()
