"""The figures under a run's curves."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.runs.curve import Curve
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import NONE, duration, figure, has_epochs, memory, seconds_of
from workbench.app.widgets.basic import Figure
from workbench.app.widgets.theme import GRID
from workbench.metrics import metric_title
from workbench.training.run_state import RunState

SHARES = {"epoch": 9, "best": 10, "spent": 9, "left": 9, "memory": 9}  # as wide as what they say needs


class RunFigures(QWidget):
    """How far it is, how good at best, how long it takes, how much it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.figures = {name: Figure(small=True) for name in SHARES}
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(GRID)
        for name, shown in self.figures.items():
            shown.setMinimumWidth(GRID * SHARES[name])
            row.addWidget(shown, SHARES[name])

    def show_run(self, info: RunInfo | None) -> None:
        """Say what the status of a run says."""
        epoch = f"{info.epoch} / {info.epochs}" if info is not None and info.epochs and has_epochs(info) else NONE
        running = info is not None and info.state is RunState.RUNNING
        left = info.seconds_left if running else None
        spent = seconds_of(info) if info is not None else None
        held = info.memory if info is not None else None
        device = info.device.upper() if info is not None and info.status.device else ""
        self.figures["epoch"].set(epoch, self.tr("epochs"))
        self.figures["spent"].set(duration(spent), self.tr("so far") if running else self.tr("in total"))
        self.figures["left"].set(duration(left), self.tr("left"))
        what = self.tr("memory, {device}").format(device=device) if device else self.tr("memory")
        self.figures["memory"].set(memory(held), what, tip=f"{held:,} B" if isinstance(held, int) else "")

    def show_best(self, curve: Curve | None) -> None:
        """Say what its records say."""
        best = curve.best if curve is not None else None
        if curve is None or best is None:
            self.figures["best"].set(NONE, self.tr("best"))
            return
        metric = metric_title(curve.metric)
        best_epoch = self.tr("{metric} {value} on the validation part, at best, after epoch {n}")
        told = self.tr("{metric} {value} on the validation part, at best") if curve.flat else best_epoch
        tip = told.format(metric=metric, value=repr(best[1]), n=int(best[0]))
        self.figures["best"].set(figure(best[1]), self.tr("{metric} val").format(metric=metric), tip=tip)
