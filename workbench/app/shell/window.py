"""The window: sidebar, one page at a time under a header, and the job strip at the foot."""

import base64
import contextlib
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.app.page import Page
from workbench.app.pages import all_pages
from workbench.app.session.session import Session
from workbench.app.shell.actions import make_orders
from workbench.app.shell.command_palette import CheatSheet, CommandPalette
from workbench.app.shell.failure_cards import FailureCards
from workbench.app.shell.header import Header
from workbench.app.shell.history_list import HistoryList
from workbench.app.shell.job_center import JobCenter
from workbench.app.shell.job_strip import JobStrip
from workbench.app.shell.leaving import ask_to_leave, what_goes_on
from workbench.app.shell.overlays import DropOverlay, Toast
from workbench.app.shell.page_stack import PageStack
from workbench.app.shell.settings_dialog import SettingsDialog
from workbench.app.shell.sidebar import Sidebar
from workbench.app.widgets.basic import Line
from workbench.app.widgets.file_dialog import choose_data, choose_new_project, choose_project
from workbench.app.widgets.theme import GRID
from workbench.errors import WorkbenchError
from workbench.project import FILE, Project, set_setting, settings

FRAME, TITLE_BAR = 8, 48  # pixels that the system may draw around a window
COLLECT = 1000  # milliseconds between two looks at what the page wants remembered


class MainWindow(QMainWindow):
    """Sidebar, header, page, strip; pages are made when they are first shown, and anew for each project."""

    painted = Signal()
    """The first picture is on the screen."""

    def __init__(self, session: Session, pages: list[type[Page]] | None = None) -> None:
        super().__init__()
        self.session = session
        self.kinds = {page.name: page for page in (pages if pages is not None else all_pages())}
        self._project: Project | None = None
        self._first_paint = True
        self._moves_focus = False
        self.setWindowTitle(self.tr("Recommender Workbench"))
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self._build()
        self.commands: dict[str, QAction] = make_orders(self)
        self._connect()
        self._restore_geometry()
        self._collector = QTimer(self, interval=COLLECT)
        self._collector.timeout.connect(self._collect)
        self._collector.start()
        self.show_page("home")

    # Building ------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.sidebar = Sidebar(self.session, list(self.kinds.values()))
        self.header = Header()
        self.stack = PageStack(self.session, self.kinds)
        self.strip = JobStrip(self.session)
        self.cards = FailureCards()
        body = QVBoxLayout()
        body.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 12)
        body.setSpacing(2 * GRID)
        body.addWidget(self.header)
        body.addLayout(self.cards)
        self.area = QScrollArea()
        self.area.setWidget(self.stack)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.viewport().setAutoFillBackground(False)
        self.stack.setAutoFillBackground(False)
        body.addWidget(self.area, 1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(body, 1)
        right.addWidget(Line())
        right.addWidget(self.strip)
        central = QWidget()
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(Line(vertical=True))
        row.addLayout(right, 1)
        self.setCentralWidget(central)
        self.overlay = DropOverlay(self)
        self.toast = Toast(self)

    def _connect(self) -> None:
        session = self.session
        self.sidebar.page_chosen.connect(self.turn_to)
        self.sidebar.palette_wanted.connect(self.open_palette)
        self.strip.all.clicked.connect(self.open_jobs)
        self.strip.history.clicked.connect(self.open_history)
        self.stack.turning.connect(self._collect)
        self.stack.turning.connect(self._note_focus)
        self.stack.turned.connect(self._turned)
        session.page_requested.connect(self.turn_to)
        session.project_closing.connect(self._collect)
        session.project_changed.connect(self._change_project)
        session.failure.connect(self.show_failure)
        session.notice.connect(self.toast.say)
        cast("QApplication", QApplication.instance()).focusChanged.connect(self._keep_focus)

    # Pages ---------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The page at the front."""
        return self.stack.page

    def show_page(self, name: str) -> None:
        """Bring a page to the front now, however long it takes to make."""
        self.turn_to(name)
        self.stack.finish()

    @Slot(str)
    def turn_to(self, name: str) -> None:
        """Bring a page to the front; one that is not there yet is made first, while the window lives."""
        if name in self.kinds:
            self.sidebar.set_current(name)
            self.stack.turn_to(name)

    def show_beside(self, step: int) -> None:
        """Go so many steps on, or back."""
        names = list(self.kinds)
        place = names.index(self.page.name) + step if self.page is not None else 0
        if 0 <= place < len(names):
            self.turn_to(names[place])

    @Slot()
    def _turned(self) -> None:
        page = self.stack.front
        if page is not None:
            self.header.show_page(page)
            # On a very small screen, or with very large letters, pages are scrolled rather than pushed into each other.
            self.stack.setMinimumSize(*page.smallest)
            self.session.project.set_view("page", page.name)
            if self._moves_focus:
                self._moves_focus = False
                page.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _note_focus(self) -> None:
        """Whoever was at work on the page goes on with the next one: Qt would go to the first button of the sidebar."""
        focused = self.focusWidget()
        self._moves_focus = focused is None or not self.sidebar.isAncestorOf(focused)

    @Slot(QWidget, QWidget)
    def _keep_focus(self, left: QWidget | None, now: QWidget | None) -> None:
        """A button that was pressed and cannot be pressed now: the person stays on the page, not at the sidebar."""
        if left is None or left.isEnabled() or now is None or not self.sidebar.isAncestorOf(now):
            return
        if self.page is not None and not self.sidebar.isAncestorOf(left):
            self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def make_ahead(self) -> None:
        """Make a page, or a part of one, before anybody asks for it, and come back for the next."""
        self.stack.make_ahead()

    @Slot()
    def _change_project(self) -> None:
        """Another project: pages begin afresh, at the place where it was left."""
        project = self.session.project.current
        self._note_focus()
        # Pages that were made ahead while there was no project are fresh: the click need not wait for others.
        self.stack.begin_afresh(keep_unseen=self._project is None)
        self._project = project
        self.header.show_page(None)
        self.cards.clear()
        kept = str(project.view.get("page")) if project is not None else "home"
        self.turn_to(kept if kept in self.kinds else "data" if "data" in self.kinds else "home")
        name = self.tr("Recommender Workbench")
        self.setWindowTitle(f"{project.name} – {name}" if project is not None else name)
        set_setting("open", str(project.folder) if project is not None else None)

    @Slot()
    def _collect(self) -> None:
        """Keep what the page wants remembered; on disk within two seconds."""
        page = self.stack.front
        if page is not None and self.session.project.current is not None:
            view = page.remember()
            if view:
                self.session.project.set_view(f"page.{page.name}", view)

    # Orders --------------------------------------------------------------------------------------------------------

    @Slot()
    def open_file(self) -> None:
        """Ask for a file of interactions, with its titles or its test file, or for a project."""
        paths = choose_data(self, self.tr("Open"), (FILE,))
        if paths:
            self.session.offer_files(paths)

    @Slot()
    def open_folder(self) -> None:
        """Ask for a project folder."""
        path = choose_project(self)
        if path is not None:
            self.session.open_project(path)

    @Slot()
    def new_project(self) -> None:
        """Ask where a new project shall lie."""
        path = choose_new_project(self)
        if path is not None:
            self.session.new_project(path)

    @Slot()
    def train(self) -> None:
        """From anywhere to Train; there, train."""
        page = self.page
        if page is not None and page.name == "train" and page.primary is not None:
            page.primary.trigger()
        else:
            self.turn_to("train")

    @Slot()
    def find_on_page(self) -> None:
        """Put the cursor where one searches on the page."""
        if self.page is not None:
            self.page.find()

    @Slot()
    def open_palette(self) -> None:
        """Show everything that can be done here."""
        offered = [self.page.primary, *self.page.secondary] if self.page is not None else []
        own = [action for action in offered if isinstance(action, QAction)]
        CommandPalette([*own, *self.commands.values()], self.session, self).open()

    @Slot()
    def open_help(self) -> None:
        """Show every shortcut."""
        CheatSheet(list(self.commands.values()), self).open()

    @Slot()
    def open_jobs(self) -> None:
        """Show everything at work, waiting and done."""
        JobCenter(self.session, self).show()

    @Slot()
    def open_settings(self) -> None:
        """Ask what holds for all projects."""
        SettingsDialog(self.session, self).open()

    @Slot()
    def undo(self) -> None:
        """Take the last change of the project back, and say which it was."""
        self._say_moved(self.tr("Undone: {what}"), self.session.history.undo())

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back last."""
        self._say_moved(self.tr("Redone: {what}"), self.session.history.redo())

    def _say_moved(self, words: str, what: str) -> None:
        if what:
            self.session.notice.emit("info", words.format(what=what))

    @Slot()
    def open_history(self) -> None:
        """Show what was changed since the project was opened."""
        HistoryList(self.session.history, self).show()

    @Slot()
    def full_screen(self) -> None:
        """Fill the screen, or go back to a window."""
        (self.showNormal if self.isFullScreen() else self.showFullScreen)()

    # Failures ------------------------------------------------------------------------------------------------------

    @Slot(str, str, str)
    def show_failure(self, title: str, sentence: str, details: str = "") -> None:
        """Show a card above the page until it is closed; the same one is not shown twice."""
        project = self.session.project.current
        if project is not None and not project.folder.is_dir():
            # Whatever failed, this is why: said once, not by everything that looks for its file.
            title = self.tr("The project folder was not found")
            sentence = self.tr(
                "{folder} does not exist any more. Restore it, or open the project where it is now."
            ).format(folder=project.folder)
        self.cards.tell(title, sentence, details, self.stack.front)

    # Drops ---------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: Any) -> None:
        paths = _paths(event)
        if paths:
            self.overlay.offer(paths)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: Any) -> None:
        self.overlay.hide()

    def dropEvent(self, event: Any) -> None:
        self.overlay.hide()
        paths = _paths(event)
        if paths:
            event.acceptProposedAction()
            self.session.offer_files(paths)

    # The window itself ---------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._first_paint:
            self._first_paint = False
            QTimer.singleShot(0, self, self.painted.emit)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.overlay.setGeometry(self.rect())
        self.toast.place()

    @Slot()
    def leave(self) -> None:
        """Close the window, after a word on what goes on and what would be lost."""
        said = what_goes_on(self.session)
        if not said:
            self.close()
        elif self.findChild(QMessageBox) is None:
            box = ask_to_leave(said, self)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.accepted.connect(self.close)
            box.open()

    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and what_goes_on(self.session):  # the person's doing, by the window's own button
            event.ignore()
            self.leave()
            return
        self._collector.stop()
        self._collect()
        project = self.session.project.current
        geometry = base64.b64encode(bytes(self.saveGeometry().data())).decode()
        with contextlib.suppress(OSError, WorkbenchError):  # told before, for each project that was opened
            set_setting("geometry", geometry)
            set_setting("open", str(project.folder) if project is not None else None)
        self.session.project_changed.disconnect(self._change_project)
        self.session.close()
        super().closeEvent(event)

    def _restore_geometry(self) -> None:
        self.resize(first_size(QApplication.primaryScreen().availableSize()))
        kept = settings().geometry
        if kept:
            self.restoreGeometry(base64.b64decode(kept))
            screens = [screen.availableGeometry() for screen in QApplication.screens()]
            if not any(screen.intersects(self.frameGeometry()) for screen in screens):
                self.resize(first_size(QApplication.primaryScreen().availableSize()))
                self.move(0, 0)


def first_size(room: QSize) -> QSize:
    """The size of a window that nobody has sized yet: all of it on the screen, its title bar too."""
    return QSize(1440, 900).boundedTo(QSize(room.width() - FRAME, room.height() - TITLE_BAR))


def _paths(event: Any) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
