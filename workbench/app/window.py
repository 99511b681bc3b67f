"""The window: sidebar, one page at a time under a header, and the job strip at the foot."""

import base64
import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.app.commands import CheatSheet, CommandPalette
from workbench.app.job_strip import JobStrip
from workbench.app.pages import Page, all_pages
from workbench.app.pages._offered import ENDINGS
from workbench.app.session import Session
from workbench.app.sidebar import Sidebar
from workbench.app.theme import BODY, GRID, TITLE, font, theme
from workbench.app.widgets import Button, Elided, ErrorCard, Line, Text, clear
from workbench.project import FILE, Project, set_setting, settings

MOST_CARDS = 3
SMALLEST_PAGE = (960, 380)  # pixels: below it, parts of pages would overlap
TOAST = 4000  # milliseconds
MAKE_AHEAD = 200  # milliseconds between two pages that are made before anybody asks for them
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
        self._made: dict[str, Page] = {}
        self._unseen: set[str] = set()  # made ahead, never at the front: they have not yet taken up what was kept
        self._project: Project | None = None
        self._current = ""
        self._first_paint = True
        self.setWindowTitle(self.tr("Recommender Workbench"))
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self._build()
        self.commands: dict[str, QAction] = {}
        self._make_actions()
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
        self.stack = QStackedWidget()
        self.strip = JobStrip(self.session)
        self.cards = QVBoxLayout()
        self.cards.setSpacing(GRID)
        body = QVBoxLayout()
        body.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 12)
        body.setSpacing(2 * GRID)
        body.addWidget(self.header)
        body.addLayout(self.cards)
        # On a very small screen, or with very large letters, pages are scrolled rather than pushed into each other.
        self.stack.setMinimumSize(*SMALLEST_PAGE)
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

    def _make_actions(self) -> None:
        add = self._action
        for number, page in enumerate(self.kinds.values(), 1):
            add(f"page.{page.name}", self.tr("Go to {page}").format(page=page.title), f"Ctrl+{number}",
                partial(self.show_page, page.name))  # fmt: skip
        add("page.previous", self.tr("Previous step"), "Alt+Left", self._previous)
        add("page.next", self.tr("Next step"), "Alt+Right", self._next)
        add("file.open", self.tr("Open a file or project…"), "Ctrl+O", self.open_file)
        add("project.open", self.tr("Open a project folder…"), "Ctrl+Shift+O", self.open_folder)
        add("project.new", self.tr("New project…"), "Ctrl+N", self.new_project)
        add("project.close", self.tr("Close the project"), "Ctrl+W", self.session.close_project)
        add("sample", self.tr("Try the sample"), "", self.session.try_sample)
        add("run", self.tr("Train"), "Ctrl+R", self._run)
        add("run.stop", self.tr("Stop training and keep the best epoch"), "Ctrl+.", self.strip.stop_run)
        # With Shift, "." arrives as another sign on many keyboards; both are taken.
        add(
            "run.pause",
            self.tr("Pause or go on with training"),
            ["Ctrl+Shift+.", "Ctrl+>", "Ctrl+:"],
            self.strip.toggle_pause,
        )
        add("export", self.tr("Export lists…"), "Ctrl+E", partial(self.show_page, "export"))
        add("find", self.tr("Find on this page"), "Ctrl+F", self._find)
        add("palette", self.tr("Find anything"), ["Ctrl+K", "Ctrl+Shift+P"], self.open_palette)
        add("theme", self.tr("Light or dark"), "Ctrl+Shift+T", theme().toggle)
        add("theme.system", self.tr("Colours of the system"), "", partial(theme().set_mode, "system"))
        add("help", self.tr("Shortcuts"), ["F1", "?"], self.open_help)
        add("fullscreen", self.tr("Full screen"), "F11", self._full_screen)
        add("quit", self.tr("Quit"), "Ctrl+Q", self.close)

    def _action(self, name: str, text: str, keys: str | list[str], slot: Any) -> None:
        action = _Order(text, self, slot)
        action.setObjectName(name)
        keys = [keys] if isinstance(keys, str) else keys
        action.setShortcuts([QKeySequence(key) for key in keys if key])
        self.addAction(action)
        self.commands[name] = action

    def _connect(self) -> None:
        session = self.session
        self.sidebar.page_chosen.connect(self.show_page)
        self.sidebar.palette_wanted.connect(self.open_palette)
        session.page_requested.connect(self.show_page)
        session.project_closing.connect(self._collect)
        session.project_changed.connect(self._change_project)
        session.failure.connect(self.show_failure)
        session.notice.connect(self.toast.say)

    # Pages ---------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The page at the front."""
        return self._made.get(self._current)

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Bring a page to the front; it is made where it was not yet shown."""
        if name not in self.kinds:
            return
        before = self.page
        if before is not None and name != self._current:
            self._collect()
            before.hidden()
        if name not in self._made:
            self._make(name)
        page = self._made[name]
        if name in self._unseen:
            self._unseen.remove(name)
            kept = self.session.view(f"page.{name}")
            if kept:
                page.recall(kept)
        self._current = name
        self.stack.setCurrentWidget(page)
        self.header.show_page(page)
        self.sidebar.set_current(name)
        self.session.set_view("page", name)
        page.shown()

    @Slot()
    def make_ahead(self) -> None:
        """Make one page that was not yet shown, or a part of one, and come back for the next.

        A page takes some hundredths of a second: made at the click it would be late, made now nobody waits for it.
        """
        make = next(self._missing(), None)
        if make is not None:
            make()
            QTimer.singleShot(MAKE_AHEAD, self, self.make_ahead)

    def _missing(self) -> Iterator[Callable[[], Any]]:
        """What makes each page that is not there, and then each part that is not."""
        for name in self.kinds:
            if name not in self._made:
                yield partial(self._make, name)
        for page in self._made.values():
            for part in page.parts:
                if part not in vars(page):
                    yield partial(getattr, page, part)

    def _make(self, name: str) -> None:
        page = self._made[name] = self.kinds[name](self.session)
        self._unseen.add(name)
        self.stack.addWidget(page)

    @Slot()
    def _change_project(self) -> None:
        """Another project: pages begin afresh, at the place where it was left."""
        project = self.session.project
        # Pages that nobody has seen, made while there was no project, are fresh: the click need not wait for others.
        fresh = {name: self._made[name] for name in self._unseen} if self._project is None else {}
        old = [page for name, page in self._made.items() if name not in fresh]
        self._made, self._unseen, self._current, self._project = fresh, set(fresh), "", project
        for page in old:
            self.stack.removeWidget(page)
            page.hide()
            page.setParent(None)
            page.deleteLater()
        self._clear_cards()
        kept = project.view.get("page") if project is not None else None
        start = kept if kept in self.kinds else "data" if project is not None and "data" in self.kinds else "home"
        self.show_page(start if project is not None else "home")
        name = self.tr("Recommender Workbench")
        self.setWindowTitle(f"{project.name} – {name}" if project is not None else name)
        set_setting("open", str(project.folder) if project is not None else None)

    @Slot()
    def _collect(self) -> None:
        """Keep what the page wants remembered; on disk within two seconds."""
        page = self.page
        if page is not None and self.session.project is not None:
            view = page.remember()
            if view:
                self.session.set_view(f"page.{self._current}", view)

    def _beside(self, step: int) -> None:
        names = list(self.kinds)
        place = names.index(self._current) + step
        if 0 <= place < len(names):
            self.show_page(names[place])

    @Slot()
    def _previous(self) -> None:
        self._beside(-1)

    @Slot()
    def _next(self) -> None:
        self._beside(1)

    # Orders --------------------------------------------------------------------------------------------------------

    @Slot()
    def open_file(self) -> None:
        """Ask for a file of interactions, with its titles or its test file, or for a project."""
        files = " ".join([*(f"*{ending}" for ending in ENDINGS), FILE])
        pattern = self.tr("Interactions or project ({files})").format(files=files)
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Open"), "", f"{pattern};;{self.tr('All files')} (*)")
        if paths:
            self.session.offer_files([Path(path) for path in paths])

    @Slot()
    def open_folder(self) -> None:
        """Ask for a project folder."""
        path = QFileDialog.getExistingDirectory(self, self.tr("Open a project folder"))
        if path:
            self.session.open_project(Path(path))

    @Slot()
    def new_project(self) -> None:
        """Ask where a new project shall lie."""
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Name of the new project's folder"))
        if path:
            self.session.new_project(Path(path))

    @Slot()
    def _run(self) -> None:
        """Ctrl+R: from anywhere to Train; there, train."""
        if self._current == "train" and self.page.primary is not None:
            self.page.primary.trigger()
        else:
            self.show_page("train")

    @Slot()
    def _find(self) -> None:
        if self.page is not None:
            self.page.find()

    @Slot()
    def open_palette(self) -> None:
        """Show everything that can be done here."""
        offered = [self.page.primary, *self.page.secondary] if self.page is not None else []
        own = [one for one in offered if isinstance(one, QAction)]
        CommandPalette([*own, *self.commands.values()], self).open()

    @Slot()
    def open_help(self) -> None:
        """Show every shortcut."""
        CheatSheet(list(self.commands.values()), self).open()

    @Slot()
    def _full_screen(self) -> None:
        (self.showNormal if self.isFullScreen() else self.showFullScreen)()

    # Failures ------------------------------------------------------------------------------------------------------

    @Slot(str, str, str)
    def show_failure(self, title: str, sentence: str, details: str = "") -> None:
        """Show a card above the page until it is closed; the same one is not shown twice."""
        project = self.session.project
        if project is not None and not project.folder.is_dir():
            # Whatever failed, this is why: said once, not by everything that looks for its file.
            title = self.tr("The project's folder is gone")
            sentence = self.tr("{folder} is not there. Put it back, or open it where it is now.").format(
                folder=project.folder
            )
        told = self.page.findChildren(ErrorCard) if self.page is not None else []
        if any(_shown(card) and card.sentence.text().casefold() == sentence.casefold() for card in told):
            return  # the page says it already, where it happened
        shown = [self.cards.itemAt(at).widget() for at in range(self.cards.count())]
        if any(card.property("said") == (title + sentence) for card in shown):
            return
        card = ErrorCard(title, sentence, details)
        card.setProperty("said", title + sentence)
        card.closed.connect(self._close_card)
        self.cards.addWidget(card)
        for old in shown[: max(0, len(shown) + 1 - MOST_CARDS)]:
            self._remove_card(old)

    @Slot()
    def _close_card(self) -> None:
        card = self.sender()
        if isinstance(card, QWidget):
            self._remove_card(card)

    def _remove_card(self, card: QWidget) -> None:
        self.cards.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _clear_cards(self) -> None:
        """Failures of another project do not matter here; those of opening this one come afterwards."""
        clear(self.cards)

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

    def closeEvent(self, event: QCloseEvent) -> None:
        self._collector.stop()
        self._collect()
        project = self.session.project
        geometry = base64.b64encode(bytes(self.saveGeometry().data())).decode()
        with contextlib.suppress(OSError):
            set_setting("geometry", geometry)
        self.session.project_changed.disconnect(self._change_project)
        self.session.close()
        set_setting("open", str(project.folder) if project is not None else None)
        super().closeEvent(event)

    def _restore_geometry(self) -> None:
        self.resize(first_size(QApplication.primaryScreen().availableSize()))
        kept = settings().get("geometry")
        if isinstance(kept, str):
            self.restoreGeometry(base64.b64decode(kept))
            screens = [screen.availableGeometry() for screen in QApplication.screens()]
            if not any(screen.intersects(self.frameGeometry()) for screen in screens):
                self.resize(first_size(QApplication.primaryScreen().availableSize()))
                self.move(0, 0)


class Header(QWidget):
    """Title, one line of facts, and the page's buttons, the primary one at the right end."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(6 * GRID)
        self._page: Page | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title, self.facts = Elided("", TITLE, bold=True), Elided("", BODY, "muted")
        words.addWidget(self.title)
        words.addWidget(self.facts)
        row.addLayout(words, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(GRID)
        row.addLayout(self._buttons)

    def show_page(self, page: Page) -> None:
        """Show what a page says of itself."""
        if self._page is page:
            return
        if self._page is not None:
            self._take_back()
        self._page = page
        page.heading_changed.connect(self._refresh)
        page.destroyed.connect(self._forget)
        for one in page.secondary:
            self._buttons.addWidget(Button(action=one) if isinstance(one, QAction) else one)
            if isinstance(one, QWidget):
                one.show()
        if page.primary is not None:
            self._buttons.addWidget(Button(kind="primary", action=page.primary))
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        if self._page is not None:
            self.title.set_text(self._page.heading)
            self.facts.set_text(self._page.facts)

    def _take_back(self) -> None:
        """Give the page its own widgets back; the buttons made here are thrown away."""
        page = self._page
        page.heading_changed.disconnect(self._refresh)
        page.destroyed.disconnect(self._forget)
        own = [one for one in page.secondary if isinstance(one, QWidget)]
        for widget in own:
            self._buttons.removeWidget(widget)
            widget.hide()
            widget.setParent(page)
        clear(self._buttons)

    @Slot()
    def _forget(self) -> None:
        self._page = None
        clear(self._buttons)


class DropOverlay(QWidget):
    """Covers the window while something is dragged over it, and says what dropping it will do."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = ""
        self.hide()

    def offer(self, paths: list[Path]) -> None:
        """Say what would happen to these."""
        first = paths[0]
        if (first / FILE).is_file() or first.name == FILE:
            self._words = self.tr("Drop to open the project {name}").format(name=first.stem)
        elif len(paths) == 1:
            self._words = self.tr("Drop to read {name}").format(name=first.name)
        else:
            self._words = self.tr("Drop to read {n} files").format(n=len(paths))
        self.setGeometry(self.parentWidget().rect())
        self.raise_()
        self.show()

    def words(self) -> str:
        """What it says."""
        return self._words

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        veil = tokens.color("window")
        veil.setAlpha(225)
        painter.fillRect(self.rect(), veil)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = painter.pen()
        pen.setColor(tokens.color("accent"))
        pen.setWidth(2)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().adjusted(16, 16, -16, -16), 12, 12)
        painter.setFont(font(TITLE, bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)


class Toast(QWidget):
    """A short word at the foot of the page that goes away by itself."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self._text = Text("", BODY)
        row.addWidget(self._text)
        self._timer = QTimer(self, singleShot=True, interval=TOAST)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @Slot(str, str)
    def say(self, kind: str, text: str) -> None:
        """Show a text for some seconds; kind is info, ok, warn or error."""
        self._text.set_ink({"info": "text"}.get(kind, kind))
        self._text.setText(text)
        self.setAccessibleName(text)
        self.adjustSize()
        self.place()
        self.raise_()
        self.show()
        self._timer.start()

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def place(self) -> None:
        """Keep to the foot of the window."""
        area = self.parentWidget().rect()
        self.move(area.width() - self.width() - 3 * GRID, area.height() - self.height() - 7 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.color("strong_line"))
        painter.setBrush(tokens.color("raised"))
        painter.drawRoundedRect(QRect(0, 0, self.width() - 1, self.height() - 1), 8, 8)

    def changeEvent(self, event: Any) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


class _Order(QAction):
    """An action that calls a method of the window, or of another object, by name and without arguments of Qt."""

    def __init__(self, text: str, window: MainWindow, slot: Any) -> None:
        super().__init__(text, window)
        self._slot = slot
        self.triggered.connect(self._obey)

    def event(self, event: QEvent) -> bool:
        # Two shortcuts of one action can be one key press ("Ctrl+Shift+." and "Ctrl+>"): ambiguous to Qt, clear to us.
        if event.type() == QEvent.Type.Shortcut and self.isEnabled():
            self.trigger()
            return True
        return super().event(event)

    @Slot()
    def _obey(self) -> None:
        self._slot()


def _shown(card: QWidget) -> bool:
    """Whether a card is seen, or is about to be: it was made a moment ago and nobody has hidden it."""
    return not (card.isHidden() and card.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide))


def first_size(room: QSize) -> QSize:
    """The size of a window that nobody has sized yet: all of it on the screen, its title bar too."""
    return QSize(1440, 900).boundedTo(QSize(room.width() - FRAME, room.height() - TITLE_BAR))


def _paths(event: Any) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
