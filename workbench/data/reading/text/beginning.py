"""The first lines of a text, even where one of them is longer than any line should be."""

from collections.abc import Iterator

# So many lines tell how a file is laid out, where the first of them are very long.
FEWEST_LINES = 50
# What is shown of a line that is too long.
SHOWN_BYTES = 4096
# Further than this nobody looks for a second line.
MAX_BYTES = 256 << 20


def beginning(pieces: Iterator[bytes], size: int) -> bytes:
    """The first piece of a text; where it holds one whole line and a part of the next, the first lines, long ones cut.

    Parameters
    ----------
    pieces
        Of `size` bytes each.

    Returns
    -------
    bytes
        Fewer than `size` where the last of its lines is whole.
    """
    first = next(pieces, b"")
    n_lines = first.count(b"\n") + first.count(b"\r")
    # Where the first line is too long by itself, there are too many columns, and that is to be said.
    if len(first) < size or b"\0" in first or n_lines != 1:
        return first
    found, read = _cut(first), len(first)
    for piece in pieces:
        read += len(piece)
        end = 0 if found.endswith(b"\n") else piece.find(b"\n")  # what is behind it of the line that was cut
        found = _cut(found + piece[end:]) if end >= 0 else found
        if found.count(b"\n") > FEWEST_LINES or read > MAX_BYTES:
            break
    found = found[: size - 1]
    return found[: found.rfind(b"\n") + 1] or first


def _cut(text: bytes) -> bytes:
    """Lines with no more than what is shown of each."""
    return b"\n".join(line[:SHOWN_BYTES] for line in text.split(b"\n"))
