"""What a person does in the window while it is measured. Each scenario returns plain figures."""

import os
import signal
import sys
import time
from pathlib import Path

import psutil
from PySide6.QtCore import QEventLoop, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from tests.benchmarks.own_window import PATIENCE
from tests.benchmarks.pulse import Pulse

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
LONG_BPR = {"algorithm": "bpr", "drafts": {"bpr": {"epochs": 1000}}, "options": {"patience": 0}}
LOOK = 4  # milliseconds between two looks whether something is there


class Person:
    """Somebody with a mouse and a keyboard, and a stopwatch."""

    def __init__(self, window):
        self.window, self.session = window, window.session
        self.pulse = Pulse(window)

    @property
    def page(self):
        """The page at the front; None while it is being made, for which `until` waits."""
        return self.window.stack.front

    def turn_to(self, name):
        self.window.turn_to(name)
        self.at(name)

    def until(self, true, timeout=PATIENCE):
        """Let the window live until something holds; returns the moment."""
        loop, trouble = QEventLoop(), []
        end = time.monotonic() + timeout

        def look():
            try:
                if true():
                    loop.quit()
            except Exception as error:  # noqa: BLE001 - told outside the loop, not swallowed by Qt
                trouble.append(error)
            if not trouble and time.monotonic() > end:
                trouble.append(TimeoutError("what was waited for did not come"))
            if trouble:
                loop.quit()

        timer = QTimer(interval=LOOK, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(look)
        timer.start()
        loop.exec()
        timer.stop()
        if trouble:
            raise trouble[0]
        return time.monotonic()

    def rest(self, seconds):
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end)

    def at(self, name):
        self.until(lambda: self.page is not None and self.page.name == name)

    def find(self, text):
        """A button that can be clicked and says this."""
        for one in self.window.findChildren(QAbstractButton):
            if one.isVisible() and one.isEnabled() and text in one.text():
                return one
        return None

    def click(self, text):
        """Wait for a button and click it; returns the moment of the click."""
        found = []
        self.until(lambda: found.append(self.find(text)) or found[-1] is not None)
        now = time.monotonic()
        QTest.mouseClick(found[-1], LEFT, NONE, found[-1].rect().center())
        return now

    def drop(self, path):
        files = QMimeData()
        files.setUrls([QUrl.fromLocalFile(str(path))])
        where = QPointF(self.window.rect().center())
        enter = QDragEnterEvent(where.toPoint(), Qt.DropAction.CopyAction, files, LEFT, NONE)
        QApplication.sendEvent(self.window, enter)
        QApplication.sendEvent(self.window, QDropEvent(where, Qt.DropAction.CopyAction, files, LEFT, NONE))

    def standby_is_ready(self):
        """Wait until the training process has loaded everything and sleeps."""
        self.until(lambda: self.session.runs.standby.pid is not None)
        process = psutil.Process(self.session.runs.standby.pid)
        used = -1.0
        while (now := sum(process.cpu_times()[:2])) != used or now < 0.5:  # seconds; torch takes more
            used = now
            self.rest(0.5)

    def warm(self):
        """Wait until the program has made itself ready, as it has a moment after the first picture."""
        workers = self.session.jobs.workers
        self.until(lambda: all(workers[lane].pid for lane in ("interactive", "background")))
        self.until(lambda: not self.session.jobs.tasks)


def nothing(person):
    """Only the first picture."""
    return {}


def first_list(person):
    """One click on "Try the sample", until the first list is on the screen."""
    began = person.click("Try the sample")

    def listed():
        page = person.page
        return (
            page is not None and page.name == "inspect" and page.list.model().rowCount() > 0 and page.list.isVisible()
        )

    person.until(listed)
    QApplication.processEvents()  # and painted
    return {"seconds": time.monotonic() - began, "clicks": 1, "items": person.page.list.model().rowCount()}


def read(person, file):
    """Drop a file, take the columns that are guessed, wait until all of it is shown."""
    person.warm()
    person.pulse.start()
    person.drop(Path(file))
    person.at("data")
    person.until(lambda: person.find("Use these columns"))
    person.pulse.stop()
    offered = person.pulse.figures()
    person.pulse.start()
    began = person.click("Use these columns")
    glance = person.page.glance
    person.until(lambda: person.session.data is not None and person.page.stack.currentWidget() is glance)
    person.until(lambda: not glance.rows._counting.busy)
    seconds = time.monotonic() - began
    person.rest(0.5)
    person.pulse.stop()
    return person.pulse.figures() | {"rows": len(person.session.data), "took": seconds, "offered": offered}


def started(person, page):
    """The window opens on a page of a project, or on Home; pages are made ahead, processes stand by, each is turned to."""
    person.pulse.start()
    person.until(lambda: person.page is not None and person.page.name == page)
    person.until(lambda: not any(map(person.window.stack._missing, person.window.kinds)))
    person.warm()
    person.rest(0.5)
    person.pulse.stop()
    answer = {"start": person.pulse.figures()}
    person.pulse.start()
    for name in person.window.kinds:
        person.turn_to(name)
        person.rest(0.3)
    person.until(lambda: not person.session.jobs.tasks)
    person.pulse.stop()
    return answer | {"turns": person.pulse.figures()}


def early(person, folder):
    """A project is opened as soon as its modules are loaded, and pages are turned to that were not made ahead.

    ``imported``: what opening it still loaded in the UI thread.
    """
    loaded = []
    person.session.loader.loaded.connect(lambda: loaded.append(True))
    person.pulse.start()
    person.until(lambda: loaded)
    before = set(sys.modules)
    person.session.offer_files([Path(folder)])
    imported = sorted(name for name in sys.modules.keys() - before if not name.startswith("workbench.app."))
    for name in ("train", "inspect", "compare", "export", "split", "data"):
        person.turn_to(name)
    person.rest(0.5)
    person.pulse.stop()
    return {"early": person.pulse.figures(), "imported": imported}


def opening(person, project, page):
    """Open a project by its folder, on a page of it, until what is made ahead is made."""
    person.warm()
    person.pulse.start()
    began = time.monotonic()
    person.session.offer_files([Path(project)])
    person.at(page)
    person.until(lambda: person.session.data is not None)
    QApplication.processEvents()  # and painted
    seconds = time.monotonic() - began
    person.until(lambda: not person.session.jobs.tasks)
    person.rest(3)
    person.pulse.stop()
    return person.pulse.figures() | {"took": seconds, "rows": len(person.session.data)}


def split(person):
    """Choose one way to split after another, and wait for what it does to the data."""
    person.warm()
    person.pulse.start()
    person.turn_to("split")
    page, took = person.page, {}
    person.until(lambda: page._known is not None and page._task is None)
    for name, choice in page.choices.items():
        if choice.isEnabled() and not choice.isChecked():
            began = time.monotonic()
            QTest.mouseClick(choice, LEFT, NONE, choice.rect().center())
            took[name] = person.until(lambda: page._known == page._wanted() and page._task is None) - began
            person.rest(0.3)
    person.pulse.stop()
    return person.pulse.figures() | {"took": took, "rows": len(person.session.data)}


def tables(person):
    """Scroll, sort, search and copy the table of interactions."""
    person.warm()
    person.turn_to("data")
    glance = person.page.glance
    person.until(lambda: not person.session.jobs.tasks)
    glance.choose("interactions")
    table = glance.rows.table
    person.until(lambda: table.isVisible() and table.model().rowCount() > 0 and not glance.rows._counting.busy)
    model, bar, frames = table.model(), table.verticalScrollBar(), []
    for at in range(200):
        bar.setValue(int(bar.maximum() * at / 199) if at % 2 else bar.value() + 3 * table.rowHeight(0))
        began = time.perf_counter()
        table.viewport().repaint()
        frames.append((time.perf_counter() - began) * 1000)
        QApplication.processEvents()
    answer = {"frames": frames, "rows": model.rowCount(), "sorts": {}}
    person.pulse.start()
    for column in [number for number, one in enumerate(model.columns) if one.keys is not None]:
        began = time.monotonic()
        model.sort(column, Qt.SortOrder.DescendingOrder)
        answer["sorts"][model.columns[column].title] = person.until(lambda: not model.busy) - began
    began = time.monotonic()
    model.sort(0, Qt.SortOrder.AscendingOrder)
    person.rest(0.2)
    table.give_up_sort()
    answer["given_up"] = person.until(lambda: not model.busy) - began - 0.2
    began = time.monotonic()
    QTest.keyClicks(glance.rows.search, "1234")
    person.rest(0.3)
    person.until(lambda: not glance.rows._searching.busy)
    answer["searched"] = time.monotonic() - began
    glance.rows.search.clear()
    person.until(lambda: model.rowCount() == answer["rows"])
    began, copied = time.monotonic(), []
    table.copied.connect(lambda *_: copied.append(1))
    table.selectAll()
    table.copy()
    answer["copied"] = person.until(lambda: bool(copied)) - began
    person.pulse.stop()
    return answer | person.pulse.figures()


def train(person, name, seconds):
    """Train with the page Train in front, then stop; the project's view says which algorithm and for how long."""
    person.warm()
    person.turn_to("train")
    person.standby_is_ready()
    person.pulse.start()
    person.click(f"Train {name}")
    run = person.page.run
    person.until(run.plots.loss.lines)
    person.rest(seconds)
    person.click("Stop and keep")
    person.until(lambda: run.info.over)
    person.rest(0.5)
    person.pulse.stop()
    info = run.info
    records = len(person.session.runs.records_of(info.id))
    return person.pulse.figures() | {"state": info.state, "epochs": info.epoch, "records": records}


def export(person, file):
    """Write everybody's lists."""
    person.warm()
    person.turn_to("export")
    person.until(lambda: person.page.info is not None)
    person.pulse.start()
    began = time.monotonic()
    field = person.page.place.field
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, str(file))
    person.click(f"Export {person.session.data.n_users:,}")
    person.until(Path(file).exists)
    person.until(lambda: not person.session.jobs.tasks)
    seconds = time.monotonic() - began
    person.rest(0.5)
    person.pulse.stop()
    return person.pulse.figures() | {"users": person.session.data.n_users, "took": seconds}


def work(person, file, seconds):
    """A file is read; then BPR trains on it, in front; then it is stopped."""
    answer = read(person, file)
    # As if the person had chosen this before: the page takes it up when it is first shown.
    person.session.project.set_view("page.train", LONG_BPR)
    return {"read": answer, "train": train(person, "BPR", seconds)}


def answers(person, name, times):
    """How soon the first point of the loss, the end of a run that is stopped, and its violent death can be seen."""
    person.turn_to("train")
    run = person.page.run
    firsts, stopping, stops, kills, words = [], [], [], [], []
    for number in range(times):
        if number:  # the first time it is clicked as soon as the page is there
            person.standby_is_ready()
        clicked = person.click(f"Train {name}")
        person.until(run.plots.loss.lines)
        QApplication.processEvents()
        firsts.append(time.monotonic() - clicked)
        person.rest(0.5 + 0.37 * number % 1)
        if number % 2 == 0:
            clicked = person.click("Stop and keep")
            QApplication.processEvents()
            stopping.append((run.head.state.text(), time.monotonic() - clicked))
            stops.append(person.until(lambda: run.info.state == "stopped") - clicked)
            words.append(run.head.state.text())
        else:
            killed = time.monotonic()
            os.kill(int(run.info.status.pid), signal.SIGKILL)
            kills.append(person.until(lambda: run.info.state == "lost") - killed)
            words += [run.head.state.text(), run.info.reason]
        person.until(lambda: person.session.runs.active() is None)
    return {
        "at_once": firsts[0],
        "firsts": firsts[1:],
        "stopping": stopping,
        "stops": stops,
        "kills": kills,
        "words": words,
    }


def published(person, project, steps, columns):
    """Files are read and divided, the form of the page Train is filled and sent for each run, and the test is opened.

    Returns what the page Compare shows of each run, in the order of the orders: column to text and tip.
    """
    session, runs = person.session, []
    session.new_project(Path(project))
    for step in steps:
        before = session.data
        paths = {part: Path(one) for part, one in step["paths"].items()}
        session.import_file(paths if len(paths) > 1 else paths["train"], step.get("recipe"))
        person.until(lambda before=before: session.data is not before)
        assert session.project.set_split(*step["split"])
        person.turn_to("train")
        for name, values in step["runs"]:
            person.page.algorithms.choose(name)
            person.page.presets.fill(values)
            person.until(person.page.primary.isEnabled)
            person.page.primary.trigger()
            runs.append(session.selection.runs[0])
    person.until(lambda: all(session.runs.get(one).over for one in runs), timeout=1800)
    person.turn_to("compare")
    session.selection.select_runs([])
    person.page.tools.columns_chosen.emit(columns)
    person.click(f"Test {len(runs)} runs" if len(runs) > 1 else "Run the test")
    person.until(lambda: all(session.runs.get(one).evaluation for one in runs), timeout=1800)
    person.page.refresh()
    model, shown = person.page.table.model(), {}
    for row in range(model.rowCount()):
        info = model.run_at(model.source_row(row))
        if info is not None:
            cells = [model.index(row, at) for at in range(model.columnCount())]
            tips = Qt.ItemDataRole.ToolTipRole
            shown[info.id] = {model.name_of(one.column()): (one.data(), one.data(tips)) for one in cells}
    return {"runs": [shown[one] for one in runs]}


def many(person, project, runs):
    """Open a project with very many runs, and go through what shows them: latest ticks and what is waited for."""
    ticks, answers = {}, {}

    def measured(what, do):
        person.pulse = Pulse(person.window)
        person.pulse.start()
        began = time.monotonic()
        do()
        took = 1000 * (time.monotonic() - began)
        person.rest(0.5)
        person.until(lambda: not person.session.jobs.tasks)
        person.pulse.stop()
        ticks[what] = person.pulse.figures()
        return took

    def open_it():
        person.session.offer_files([Path(project)])
        person.until(lambda: len(person.session.runs.all()) == runs and person.session.data is not None)
        person.rest(3)  # what is made ahead is made

    person.warm()
    measured("the project opens", open_it)
    for name in ("train", "compare", "inspect", "split", "data", "export"):
        measured(f"{name} is turned to", lambda name=name: person.turn_to(name))
    _go_through_runs(person, measured)
    _find_things(person, measured, answers)
    return {"ticks": ticks, "answers": answers}


def _go_through_runs(person, measured):
    person.turn_to("train")
    ids = [info.id for info in person.session.runs.all()]

    def select(some):
        person.session.selection.select_runs(some)
        person.rest(0.3)

    measured("Train: runs are selected", lambda: [select([run_id]) for run_id in ids[-5:]])
    person.turn_to("compare")
    page = person.page
    measured("Compare: runs are selected", lambda: [select(ids[-n:]) for n in (2, 3, 5)])
    measured("Compare: a filter is typed", lambda: QTest.keyClicks(page.field, "bpr", delay=60))
    measured("Compare: the filter is emptied", page.field.clear)
    for way in ("algorithm", "tag", "protocol"):
        measured(f"Compare: by {way}", lambda way=way: page.tools.grouped.emit(way))
    measured("Compare: sorted", lambda: page.table.runs().sort(page.table.runs().column_of("metric")))
    person.turn_to("inspect")
    page = person.page

    def next_user():
        before = page.heading
        QTest.mouseClick(page.next, LEFT, NONE, page.next.rect().center())
        person.until(lambda: page.heading != before and page._lists.pending is None)

    person.until(lambda: page._shown is not None)
    measured("Inspect: the next user, five times", lambda: [next_user() for _ in range(5)])
    measured("Inspect: what if", lambda: (page.user.what_if.add("1"), person.until(lambda: page.user.shown.changes)))
    measured("Inspect: undo", person.session.history.undo)


def _find_things(person, measured, answers):
    from workbench.app.shell.command_palette import CommandPalette

    def look_for(words):
        palette = person.window.findChildren(CommandPalette)[-1]
        palette.field.clear()
        QTest.keyClicks(palette.field, words, delay=40)
        began = time.monotonic()
        person.until(lambda: not palette.waiting)
        answers[f"Find anything: “{words}”"] = 1000 * (time.monotonic() - began)

    measured("Find anything is opened", person.window.open_palette)
    for words in ("drama 4711", "comdy 99", "user 17", "bpr regularization", "trane"):
        measured(f"Find anything: “{words}” is typed", lambda words=words: look_for(words))
    person.window.findChildren(CommandPalette)[-1].close()
