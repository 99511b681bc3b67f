"""Which columns a file of lists has."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from workbench.app.widgets.theme import GRID
from workbench.export.columns import COLUMNS, OF_ITEMS, USUAL, chosen_columns

ACROSS = 4


class ColumnsChoice(QWidget):
    """A box for each column, in the order in which they are written."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Columns"))
        self._titled = False
        self.boxes = {name: QCheckBox(name) for name in COLUMNS}
        tips = {
            "user": self.tr("Id of the user, as in the data"),
            "rank": self.tr("Rank in the list, from 1"),
            "item": self.tr("Id of the item, as in the data"),
            "score": self.tr("Score of the algorithm; scores of different runs are not comparable"),
            "title": self.tr("Title of the item"),
            "year": self.tr("Year of the item"),
            "genres": self.tr("Genres of the item, with | between them"),
            "hit": self.tr("Whether the item is a hit: it is in the user's test set"),
            "reason": self.tr("The item of the history that contributes most; each takes as long as a list"),
            "run": self.tr("Name of the run"),
            "basis": self.tr(
                "What the item is listed for: the model, or popularity where nothing links it to the user"
            ),
        }
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 6, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(6)
        for at, (name, box) in enumerate(self.boxes.items()):
            box.setToolTip(tips[name])
            box.setChecked(name in (*USUAL, "title", "basis"))
            box.toggled.connect(self.changed)
            grid.addWidget(box, at // ACROSS, at % ACROSS)
        grid.setColumnStretch(ACROSS - 1, 1)
        self._tips = tips
        self.set_titled(False)

    @Slot(bool)
    def set_titled(self, titled: bool) -> None:
        """Whether anything is known of the items."""
        self._titled = titled
        for name in OF_ITEMS:
            self.boxes[name].setEnabled(titled)
            tip = self._tips[name] if titled else self.tr("There is no item file; import one on the page Data")
            self.boxes[name].setToolTip(tip)

    @property
    def names(self) -> list[str]:
        """The columns that will be written, in their order."""
        return [name for name, box in self.boxes.items() if box.isChecked() and (self._titled or name not in OF_ITEMS)]

    @property
    def are_usual(self) -> bool:
        """Whether they are those that are written where nobody chose."""
        return self.names == chosen_columns(None, titled=self._titled)

    def choose(self, names: list[str]) -> None:
        """Choose columns."""
        for name, box in self.boxes.items():
            box.setChecked(name in names)

    @property
    def chosen(self) -> list[str]:
        """What the person chose, whether or not the data has it."""
        return [name for name, box in self.boxes.items() if box.isChecked()]
