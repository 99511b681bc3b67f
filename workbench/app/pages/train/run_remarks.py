"""What a run says of itself when it has ended: that it learned nothing beyond popularity, that it was still learning."""

from PySide6.QtWidgets import QVBoxLayout

from workbench.app.pages.train.fitted_label import Fitting
from workbench.app.runs.run_store import RunInfo
from workbench.app.widgets.basic import Text


class RunRemarks(Fitting):
    """The remarks of a run's status, one below the other; of no height where there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Text("", ink="warn", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 0, 0)
        column.addWidget(self.words)
        self.setVisible(False)

    def show_run(self, info: RunInfo | None) -> None:
        """Show what a run says of itself."""
        said = "\n".join(remark.sentence for remark in info.status.remarks) if info is not None else ""
        self.words.setText(said)
        self.setVisible(bool(said))
