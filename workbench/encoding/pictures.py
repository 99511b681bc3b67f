"""Pictures by what can be counted in them: colours, their layout, edges."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.control import Control
from workbench.data.side_files.vector_files import Vectors
from workbench.data.side_files.vectors import PICTURES
from workbench.encoding.base.encoder import Encoded, Encoder
from workbench.encoding.base.folder import files_by_item
from workbench.encoding.base.pixels import Pixels, batches, none_shown

WIDTH, HEIGHT = 64, 96
SHADES, ROWS, COLUMNS = 4, 6, 4  # shades of each colour; fields of the layout
CELL_ROWS, CELL_COLUMNS, DIRECTIONS = 3, 3, 8  # of the edges
SQRT2, STRONGEST = 2**0.5, 255 * 2**0.5  # the steepest edge


class Pictures(Encoder):
    """Colour histogram, layout and directions of edges of each picture: 208 numbers, three parts of length 1 or less."""

    name, title, reads, order = "pictures", "Pictures", "pictures", 1
    sentence = "Colours, their layout and the edges of each picture, as 208 numbers."

    def encode(self, source: Path, control: Control) -> Encoded:
        files, refused = files_by_item(source, PICTURES, "pictures")
        ids: list[str] = []
        parts: list[Vectors] = []
        for names, pixels in batches(files, (WIDTH, HEIGHT), refused, control):
            ids += names
            parts.append(describe(pixels))
        if not ids:
            raise none_shown(source, refused)
        return Encoded(ids, np.concatenate(parts), refused)


def describe(pixels: Pixels) -> Vectors:
    """Numbers of pictures, uint8 (n, HEIGHT, WIDTH, 3) to float32 (n, 208).

    The same picture has the same numbers, whatever lies beside it.
    """
    return np.concatenate([_colours(pixels), _layout(pixels), _edges(pixels)], axis=1)


def _colours(pixels: Pixels) -> Vectors:
    """Square roots of the shares of 64 colours."""
    shade = pixels >> 6  # 256 / SHADES
    colour = ((shade[..., 0] * SHADES + shade[..., 1]) * SHADES + shade[..., 2]).astype(np.int32)
    return np.sqrt(_counts(colour.reshape(len(pixels), -1), None, SHADES**3) / (WIDTH * HEIGHT))


def _layout(pixels: Pixels) -> Vectors:
    """Mean red, green and blue of 6 x 4 fields, 0 in the middle of each range."""
    n, high, wide = len(pixels), HEIGHT // ROWS, WIDTH // COLUMNS
    rows = pixels.reshape(n, ROWS, high, WIDTH * 3).sum(axis=2, dtype=np.uint32)
    fields = rows.reshape(n, ROWS, COLUMNS, wide, 3).sum(axis=3).reshape(n, -1)
    return ((fields / (high * wide * 127.5) - 1) / np.sqrt(fields.shape[1])).astype(np.float32)


def _edges(pixels: Pixels) -> Vectors:
    """How strong edges of 8 directions are in 3 x 3 fields, as in a histogram of oriented gradients."""
    grey = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    down, across = grey[:, 2:, 1:-1] - grey[:, :-2, 1:-1], grey[:, 1:-1, 2:] - grey[:, 1:-1, :-2]
    steep, flat = np.abs(down), np.abs(across)
    # Counting tangents of 22.5, 45 and 67.5 degrees is a third of the time of the angle.
    tangents = (np.float32(tangent) for tangent in (SQRT2 - 1, 1, SQRT2 + 1))
    quarter = sum((steep > flat * tangent).view(np.int8) for tangent in tangents)
    direction = np.where((down < 0) == (across < 0), quarter, np.int8(DIRECTIONS - 1) - quarter)
    row = np.arange(HEIGHT - 2) * CELL_ROWS // (HEIGHT - 2)
    column = np.arange(WIDTH - 2) * CELL_COLUMNS // (WIDTH - 2)
    cell = ((row[:, None] * CELL_COLUMNS + column) * DIRECTIONS).astype(np.int8)  # 64 at most
    where = (cell + direction).astype(np.int32)
    strength = np.sqrt(down * down + across * across).reshape(len(pixels), -1)
    found = _counts(where.reshape(len(pixels), -1), strength, CELL_ROWS * CELL_COLUMNS * DIRECTIONS)
    return np.sqrt(found / (WIDTH * HEIGHT * STRONGEST))


def _counts(values: npt.NDArray[np.int32], weights: Vectors | None, n: int) -> Vectors:
    """How often (or with what weight) each of `n` values is in each row, float32 (rows, n)."""
    moved = values + np.arange(len(values), dtype=np.int32)[:, None] * n
    found = np.bincount(moved.ravel(), None if weights is None else weights.ravel(), len(values) * n)
    return found.reshape(len(values), n).astype(np.float32)
