"""Which line is which run, on one line that never grows."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.plots.plot import Key
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.widgets.basic import Text, clear
from workbench.app.widgets.theme import GRID, SMALL

MAX_NAMES = 3  # names that have room beside a title
MAX_CHARS = 16  # characters of a name


class Legend(QWidget):
    """Short names with a bit of their line; how many more there are."""

    def __init__(self, most: int = MAX_NAMES) -> None:
        super().__init__()
        self._most = most
        self._shown: list[tuple[str, int]] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self.setFixedHeight(2 * GRID + 4)

    def show_runs(self, runs: Sequence[RunInfo]) -> None:
        """Name these runs."""
        wanted = [(_short(short_title(info)), info.number) for info in runs]
        if wanted == self._shown:
            return
        self._shown = wanted
        clear(self._row)
        for name, number in wanted[: self._most]:
            self._row.addWidget(Key(name, number))
        if len(wanted) > self._most:
            more = Text(self.tr("{n} more").format(n=len(wanted) - self._most), SMALL, "muted")
            more.setToolTip("\n".join(name for name, _ in wanted[self._most :][:20]))
            self._row.addWidget(more)


def _short(name: str) -> str:
    return name if len(name) <= MAX_CHARS else name[: MAX_CHARS - 1] + "…"
