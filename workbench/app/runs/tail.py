"""New lines of a file that another process adds to."""

from pathlib import Path

READ_BYTES = 1 << 16  # at most, in one call


class Tail:
    """New whole lines of a growing file.

    Attributes
    ----------
    restarted : bool
        Whether the last call of `lines` found that the file was replaced, as a resumed run does, and began at its start.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._position, self._unfinished, self._inode = path, 0, b"", 0
        self.restarted = False

    @property
    def unread_bytes(self) -> int:
        """How much was not read yet."""
        try:
            stat = self._path.stat()
        except OSError:
            return 0
        same = stat.st_ino == self._inode and stat.st_size >= self._position
        return stat.st_size - self._position if same else stat.st_size

    def lines(self, max_bytes: int = READ_BYTES) -> bytes:
        """Whole lines that were added since the last call; a line that is not finished waits for the next one."""
        self.restarted = False
        try:
            stat = self._path.stat()
            if stat.st_size < self._position or stat.st_ino != self._inode:
                self.restarted = self._position > 0
                self._position, self._unfinished, self._inode = 0, b"", stat.st_ino
            if stat.st_size == self._position:
                return b""
            with self._path.open("rb") as file:
                file.seek(self._position)
                new = file.read(max_bytes)
        except OSError:
            return b""
        self._position += len(new)
        whole, end, self._unfinished = (self._unfinished + new).rpartition(b"\n")
        return whole + end
