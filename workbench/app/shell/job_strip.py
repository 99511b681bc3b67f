"""The foot of the window: the run in progress with its orders, what waits, and the job in progress."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QSizePolicy, QWidget

from workbench.app.jobs.declared_jobs import find_job
from workbench.app.jobs.job_process import Task
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.session import Session
from workbench.app.widgets.amounts import size, span
from workbench.app.widgets.basic import Button, Elided, Text
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate
from workbench.training.run_state import RunState

HEIGHT = 40


class JobStrip(QWidget):
    """Always there and always of one height, so that nothing jumps when work begins."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, 0, 2 * GRID, 0)
        row.setSpacing(12)
        self.title, self.epoch = Text("", bold=True), Text("")
        self.bar = _bar(self.tr("Progress of the training"))
        self.left = Text("")
        self.where = Elided("", ink="muted")
        self._shown = ""
        self._ending: dict[str, str] = {}  # ids of runs that were told to end, with what is said until they have
        self.others = Button("", "quiet", tip=self.tr("Show another running training"))
        self.others.clicked.connect(self._offer_others)
        for label in (self.title, self.others, self.epoch, self.bar, self.left):
            row.addWidget(label)
        row.addWidget(self.where, 1)
        self.all = Button(self.tr("Jobs"), "quiet", tip=self.tr("Show everything at work, waiting and done (Ctrl+J)"))
        self.history = Button(
            self.tr("History"),
            "quiet",
            tip=self.tr("All changes, and a way back to each of them (Ctrl+Shift+H)"),
        )
        self.job, self.job_bar = Elided("", ink="muted"), _bar(self.tr("Progress of the job"), 120)
        self.waiting = Text("", ink="muted")
        self.cancel_job = Button(self.tr("Cancel"), "quiet")
        self.pause = Button(self.tr("Pause"), "quiet")
        self.stop = Button(
            self.tr("Stop and keep"), "quiet", tip=self.tr("Stop training and keep the best epoch so far")
        )
        self.cancel = Button(self.tr("Cancel"), "quiet", tip=self.tr("Stop training now"))
        self.cancel.setAccessibleName(self.tr("Cancel training"))
        self.cancel_job.setAccessibleName(self.tr("Cancel job"))
        for widget in (
            self.job,
            self.job_bar,
            self.cancel_job,
            self.waiting,
            self.pause,
            self.stop,
            self.cancel,
            self.history,
            self.all,
        ):
            row.addWidget(widget, 1 if widget is self.job else 0)
        self.pause.clicked.connect(self.toggle_pause)
        self.stop.clicked.connect(self.stop_run)
        self.cancel.clicked.connect(self._cancel_run)
        self.cancel_job.clicked.connect(self._cancel_job)
        # A moment later, once: whoever changes runs has enough to do, and often changes several.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh_run)
        session.runs.changed.connect(self._soon.start)
        session.runs.run_changed.connect(self._run_told)
        session.jobs.changed.connect(self.refresh_task)
        session.searches.changed.connect(self._hear_search)
        session.searches.search_changed.connect(self._hear_search)
        self.refresh_run()
        self.refresh_task()

    @Slot(str)
    def _run_told(self, _run_id: str) -> None:
        self._soon.start()

    @Slot()
    def refresh_run(self) -> None:
        """Show how far the run in progress is."""
        info, others = self._active(), self._at_work()[1:]
        words = self.tr("1 more") if len(others) == 1 else self.tr("{n} more").format(n=len(others))
        self.others.setText(words)
        self.others.setAccessibleName(words)
        self.others.setVisible(bool(others))
        for widget in (self.title, self.epoch, self.bar, self.left, self.pause, self.stop, self.cancel):
            widget.setVisible(info is not None)
        waiting = len(self.session.runs.waiting())
        self.waiting.setText(self.tr("{n} waiting").format(n=waiting))
        self.waiting.setVisible(waiting > 0)
        if info is None:
            self._ending.clear()
            self._say_idle()
            return
        # What is done in one step cannot wait in its midst, and has no best epoch to keep.
        for button in (self.pause, self.stop):
            button.setVisible(bool(info.epochs) and info.id not in self._ending)
        self.title.setText(info.title)
        self.epoch.setText(_epoch(info))
        _fill(self.bar, info.fraction)
        paused = info.state is RunState.PAUSED
        self.pause.setText(self.tr("Continue") if paused else self.tr("Pause"))
        self.pause.setAccessibleName(self.pause.text())
        left = info.seconds_left
        words = self.tr("paused") if paused else span(left) + self.tr(" left") if left else ""
        self.left.setText(self._ending.get(info.id, words))
        self.where.set_text(" · ".join(filter(None, [info.device.upper(), size(info.memory) if info.memory else ""])))

    def _say_idle(self) -> None:
        idle = self.session.project.current is not None and self._active() is None and self._task() is None
        self.where.set_text(self._searching() or self.tr("Nothing is running") if idle else "")

    def _searching(self) -> str:
        """How far searches are, in words; "" where none is at work."""
        words = self.tr("{search}: trial {n}")
        searches = self.session.searches.all_active()
        return " · ".join(words.format(search=info.title, n=len(info.ended_trials) + 1) for info in searches)

    @Slot()
    def _hear_search(self, *_: object) -> None:
        if self._active() is None:
            self._say_idle()

    def _active(self) -> RunInfo | None:
        """The run that the strip shows and gives orders to: of several the one that was chosen."""
        found = self._at_work()
        return next((info for info in found if info.id == self._shown), found[0] if found else None)

    def _at_work(self) -> list[RunInfo]:
        """Runs that learn; not those that are done while their process still tidies up."""
        return [info for info in self.session.runs.all_active() if not info.over]

    @Slot()
    def _offer_others(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = self._active()
        for info in self._at_work():
            share = f" · {info.fraction:.0%}".replace("%", " %") if info.fraction >= 0 else ""
            action = menu.addAction(info.title[:80].replace("&", "&&") + share)
            action.setCheckable(True)
            action.setChecked(info is shown)
            action.triggered.connect(partial(self.show_run, info.id))
        menu.popup(self.others.mapToGlobal(self.others.rect().topLeft()))

    def show_run(self, run_id: str) -> None:
        """Show this one of several that train."""
        self._shown = run_id
        self.refresh_run()

    @Slot()
    def refresh_task(self) -> None:
        """Show the job in progress."""
        task = self._task()
        for widget in (self.job, self.job_bar, self.cancel_job):
            widget.setVisible(task is not None)
        self.where.setVisible(task is None)  # its room is the job's
        if self._active() is None:
            self._say_idle()
        if task is not None:
            self.job.set_text(" · ".join(filter(None, [task.title, task.text])))
            _fill(self.job_bar, task.fraction)

    @Slot()
    def toggle_pause(self) -> None:
        """Pause the run in progress, or let it go on."""
        info = self._active()
        if info is not None:
            (self.session.runs.unpause if info.state is RunState.PAUSED else self.session.runs.pause)(info.id)

    @Slot()
    def stop_run(self) -> None:
        """End the run in progress and keep the best epoch."""
        info = self._active()
        if info is not None:
            self._ending[info.id] = self.tr("Stopping…")
            self.session.runs.stop(info.id)
            self.refresh_run()

    @Slot()
    def _cancel_run(self) -> None:
        info = self._active()
        if info is not None:
            self._ending[info.id] = self.tr("Cancelling…")
            self.session.runs.cancel(info.id)
            self.refresh_run()

    @Slot()
    def _cancel_job(self) -> None:
        task = self._task()
        if task is not None:
            self.session.jobs.cancel(task)

    def _task(self) -> Task | None:
        return next((task for task in self.session.jobs.tasks if not find_job(task.job).silent), None)


def _epoch(info: RunInfo) -> str:
    if not info.epochs:
        return translate("JobStrip", "training")
    now = min(info.epochs, info.epoch + 1)
    return translate("JobStrip", "epoch {n} of {m}").format(n=now, m=info.epochs)


def _bar(name: str, width: int = 200) -> QProgressBar:
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setMinimumWidth(width // 3)  # where the window is narrow, words come first
    bar.setMaximumWidth(width)
    bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    bar.setAccessibleName(name)
    bar.setRange(0, 1000)
    return bar


def _fill(bar: QProgressBar, fraction: float) -> None:
    if fraction < 0:  # busy, for nobody knows how long
        if bar.maximum():
            bar.setRange(0, 0)
        return
    if not bar.maximum():
        bar.setRange(0, 1000)
    bar.setValue(round(fraction * 1000))
