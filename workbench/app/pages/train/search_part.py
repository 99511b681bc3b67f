"""The form of a search: ranges of the chosen algorithm, what else is searched beside it, budget and goals."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.algorithms import Algorithm, all_algorithms
from workbench.algorithms.hybrid.blend import Blend
from workbench.app.pages.train.options import usable
from workbench.app.pages.train.range_form import Json, RangeForm
from workbench.app.pages.train.search_options import SECOND, SearchOptions, asked_of
from workbench.app.widgets.basic import Text
from workbench.app.widgets.form import Form
from workbench.app.widgets.theme import GRID, SMALL
from workbench.metrics import metric_title
from workbench.searching.space import usual_ranges

IN_OPTIONS = ("device", "threads", "patience", "validation_users", "include_seen")  # of `SearchSpec.options`


class SearchPart(QWidget):
    """What a search is asked for, but for the options of each run."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kind: type[Algorithm] | None = None
        self._kept: dict[str, dict[str, Json | None]] = {}
        self._others: list[str] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.ranges = RangeForm()
        self.beside = Text("", SMALL, "muted", wrap=True)
        self.options = Form(SearchOptions)
        for name, words in (("metric", metric_title), ("second", SECOND.get)):
            box: Any = self.options.field(name).input
            for at in range(box.count()):
                box.setItemText(at, str(words(box.itemData(at))))
        for part in (self.ranges, self.beside, self.options):
            column.addWidget(part)
        column.setSpacing(2 * GRID)
        self.ranges.changed.connect(self._keep)
        self.options.changed.connect(self.changed)
        self.set_others([])

    def show_kind(self, kind: type[Algorithm]) -> None:
        """Show the ranges of another algorithm."""
        self.kind = kind
        self.ranges.show_kind(kind, self._kept.get(kind.name))

    def set_others(self, names: Sequence[str]) -> None:
        """Search these algorithms too, in their declared ranges."""
        own = self.kind.name if self.kind is not None else ""
        self._others = [name for name in names if name in all_algorithms() and name not in (own, Blend.name)]
        titles = ", ".join(all_algorithms()[name].title for name in self._others)
        words = self.tr("Within the same budget, in their usual ranges: {names}").format(names=titles)
        self.beside.setText(
            words
            if titles
            else self.tr("Select several algorithms in the list (Ctrl and click) to search them together.")
        )

    @property
    def valid(self) -> bool:
        """Whether it can be asked for."""
        return self.kind is not None and self.kind is not Blend and self.ranges.valid and self.options.valid

    @property
    def trials(self) -> int:
        """How many trials are asked for."""
        return int(self.options.values()["trials"])

    @property
    def algorithms(self) -> list[str]:
        """Those that are searched, that of the form first."""
        return [*([self.kind.name] if self.kind is not None else []), *self._others]

    def asked(self, drafts: dict[str, Json], options: Json) -> Json:
        """What is asked, as arguments of ``session.start_search`` or of the job ``search_estimate``.

        Parameters
        ----------
        drafts
            Hyperparameters that somebody chose, by algorithm: where they are not searched, they stay as they are.
        options
            Of each run.
        """
        names = self.algorithms
        ranges: dict[str, Json] = {name: _declared(name) for name in names[1:]} | {names[0]: self.ranges.ranges()}
        fixed = {
            name: {field: value for field, value in drafts.get(name, {}).items() if field not in ranges[name]}
            for name in names
        }
        found = asked_of(self.options.values()) | {"ranges": ranges, "fixed": fixed, "seed": options.get("seed", 0)}
        return found | {"options": {name: options[name] for name in IN_OPTIONS if name in options}}

    def focus_error(self) -> None:
        """Put the cursor where something is wrong."""
        (self.options if self.ranges.valid else self.ranges).focus_error()

    def remember(self) -> Json:
        """What is to be kept with the project."""
        kept = {name: dict(ranges) for name, ranges in self._kept.items() if ranges}
        return {"ranges": kept, "options": self.options.changed_values() if self.options.valid else {}}

    def recall(self, kept: Any) -> None:
        """Take up what was kept."""
        known = kept if isinstance(kept, dict) else {}
        ranges = known.get("ranges")
        self._kept = {
            name: {field: value for field, value in given.items() if value is None or isinstance(value, dict)}
            for name, given in (ranges.items() if isinstance(ranges, dict) else ())
            if name in all_algorithms() and isinstance(given, dict)
        }
        self.options.reset()
        self.options.set_values(usable(SearchOptions, known.get("options") or {}))
        if self.kind is not None:
            self.show_kind(self.kind)

    def _keep(self) -> None:
        if self.kind is not None:
            self._kept[self.kind.name] = self.ranges.changed_ranges()
        self.changed.emit()


def _declared(algorithm: str) -> Json:
    return {name: one.model_dump(exclude_none=True) for name, one in usual_ranges(algorithm).items()}
