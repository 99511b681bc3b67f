"""Lines of which no more is drawn than can be seen.

pyqtgraph's own way (`setDownsampling(auto=True, method="peak")`, `setClipToView`) looks at every point in each frame: of a
million points a frame of zooming takes 52 ms instead of 12, one more point 105 ms instead of 7, where 50 are allowed. It
also loses the pieces that hold a NaN, and what is left after the last whole piece.
"""

from typing import Any

import numpy as np

MOST_DRAWN = 4000  # points of a line that are ever drawn: more than a plot has pixels
BLOCK, LARGE = 32, 4  # points of which the ends are kept, and blocks from which on pieces consist of whole ones


def thinned(
    x: np.ndarray,
    y: np.ndarray,
    low: float = -np.inf,
    high: float = np.inf,
    most: int = MOST_DRAWN,
    ends: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """What can be seen of a line between `low` and `high`, x rising: the least and the greatest value of each piece.

    `ends` are those of each `BLOCK` points, as `Ends` knows them: with them no more than a few of the points are looked at.
    """
    if len(x) <= most:
        return x, y
    start, stop = 0, len(x)
    if np.isfinite(low) or np.isfinite(high):
        start = max(0, int(np.searchsorted(x, low)) - 1)
        stop = min(len(x), int(np.searchsorted(x, high, side="right")) + 1)
    if stop - start <= most:
        return x[start:stop], y[start:stop]
    step = -(-2 * (stop - start) // most)
    if step >= LARGE * BLOCK:  # pieces of whole blocks: by a tenth of a pixel they begin elsewhere
        start, step = start - start % BLOCK, -(-step // BLOCK) * BLOCK
    pieces = (stop - start) // step
    upto = start + pieces * step
    if ends is not None and step % BLOCK == 0 and start % BLOCK == 0:
        least, greatest = ends[:, start // BLOCK : upto // BLOCK].reshape(2, pieces, -1)
    else:
        least = greatest = y[start:upto].reshape(pieces, step)
    up = np.column_stack([np.fmin.reduce(least, axis=1), np.fmax.reduce(greatest, axis=1)]).reshape(-1)
    # The rest as it is, so that the line ends where its last point is.
    across = np.concatenate([np.repeat(x[start:upto:step], 2), x[upto:stop], x[stop - 1 : stop]])
    return across, np.concatenate([up, y[upto:stop], y[stop - 1 : stop]])


class Ends:
    """Least and greatest value of each whole `BLOCK` points of a line that grows, worked out for what is new alone."""

    def __init__(self) -> None:
        self._grows: Any = None
        self._known = np.empty((2, 0))

    def of(self, y: np.ndarray, grows: Any) -> np.ndarray:
        """Both, float64 (2, n // BLOCK); as long as `grows` stays equal, what was given before is taken to be as it was."""
        blocks = len(y) // BLOCK
        if grows != self._grows or self._known.shape[1] > blocks:
            self._grows, self._known = grows, np.empty((2, 0))
        known = self._known.shape[1]
        if blocks > known:
            new = y[known * BLOCK : blocks * BLOCK].reshape(-1, BLOCK)
            both = np.stack([np.fmin.reduce(new, axis=1), np.fmax.reduce(new, axis=1)])
            self._known = np.concatenate([self._known, both], axis=1)
        return self._known
