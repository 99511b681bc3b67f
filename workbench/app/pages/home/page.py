"""Where one begins: the sample one click away, a place to drop a file, and the projects of before."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSizePolicy, QTextBrowser, QVBoxLayout, QWidget

from workbench.app.page import Page
from workbench.app.session.sample import try_sample
from workbench.app.widgets.basic import Button, Card, Elided, Line, Picture, Text, clear
from workbench.app.widgets.file_dialog import choose_data, choose_new_project, choose_project
from workbench.app.widgets.theme import BODY, GRID, HEADING, SMALL, theme
from workbench.project import Recent, forget, recent
from workbench.resources import resource
from workbench.sample import FOLDER


class Home(Page):
    """The start page."""

    name, title, icon, order = "home", "Home", "home", 1

    def build(self) -> None:
        session = self.session
        self.heading = self.tr("Recommender Workbench")
        self.subtitle = self.tr("From a ratings file to a list of recommendations, without code")
        self.sample = QAction(self.tr("Try the sample"), self)
        self.sample.setToolTip(self.tr("A project with 100,004 film ratings, trained and ready to look at"))
        self.sample.triggered.connect(partial(try_sample, session))
        self.primary = self.sample
        opened = QAction(self.tr("Open a project…"), self)
        opened.triggered.connect(self._open_project)
        new = QAction(self.tr("New project…"), self)
        new.triggered.connect(self._new_project)
        self.secondary = [opened, new]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        left = QVBoxLayout()
        left.setSpacing(2 * GRID)
        left.addWidget(self._drop_card(), 1)
        left.addWidget(self._sample_card())
        row.addLayout(left, 3)
        row.addWidget(self._recent_card(), 2)
        self._current: RecentRow | None = None
        # A moment later: opening a project has enough to do, and may turn to another page.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._catch_up)
        session.project_changed.connect(self._soon.start)
        for signal in (session.data_changed, session.runs.changed):
            signal.connect(self._show_contents)

    def shown(self) -> None:
        self._list_recent()

    @Slot()
    def _catch_up(self) -> None:
        if self.isVisible():
            self.shown()

    def _drop_card(self) -> QWidget:
        self.drop = DropTarget()
        column = QVBoxLayout(self.drop)
        column.setContentsMargins(6 * GRID, 2 * GRID, 6 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addStretch(1)
        column.addWidget(Picture("download", 40, "accent"), 0, Qt.AlignmentFlag.AlignHCenter)
        words = Text(self.tr("Drop a ratings file here"), HEADING, bold=True)
        column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        kinds = Text(
            self.tr(
                "CSV and other text, JSON, Excel, Parquet, Arrow, SQLite, R or MATLAB, also compressed, with at least a "
                "column of users and one of items. Several files at once: with titles, a test part, or one table in parts."
            ),
            ink="muted",
            wrap=True,
        )
        kinds.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(kinds)
        column.addSpacing(GRID)
        self.choose = Button(self.tr("Choose a file…"), icon="folder")
        self.choose.clicked.connect(self._choose_file)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return self.drop

    def _sample_card(self) -> Card:
        card = Card(self.tr("MovieLens small"), self.tr("the sample that comes with the program"))
        facts = Text(
            self.tr(
                "100,004 ratings of 9,066 films by 671 people, with titles and genres. One click reads it, holds out "
                "a part of each person's ratings, trains EASE, and shows the first list."
            ),
            wrap=True,
        )
        card.add(facts)
        terms = Text(
            self.tr(
                "Collected by GroupLens, University of Minnesota. For research, with acknowledgement; not for commercial "
                "use without their permission. Harper and Konstan, The MovieLens Datasets, ACM TiiS 5(4), 2015."
            ),
            SMALL,
            "muted",
            wrap=True,
        )
        card.add(terms)
        row = QHBoxLayout()
        row.setContentsMargins(0, GRID, 0, 0)
        row.setSpacing(GRID)
        self.try_button = Button(self.tr("Try the sample"), icon="play")
        self.try_button.clicked.connect(self.sample.trigger)
        self.terms = Button(self.tr("Terms of use"), "quiet")
        self.terms.clicked.connect(self._show_terms)
        row.addWidget(self.try_button)
        row.addWidget(self.terms)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _recent_card(self) -> Card:
        card = Card(self.tr("Recent projects"))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        card.body.addLayout(self._recent)
        card.body.addStretch(1)
        return card

    def _list_recent(self) -> None:
        clear(self._recent)
        self._current = None
        projects = recent()
        if not projects:
            nothing = self.tr("Projects you work on will be listed here, the most recent first.")
            self._recent.addWidget(Text(nothing, ink="muted", wrap=True))
        for place, one in enumerate(projects):
            if place:
                self._recent.addWidget(Line())
            same = sum(other.name == one.name for other in projects) > 1
            row = self._recent_row(one, str(one.folder.parent) if same else "")
            if self._is_open(one):
                self._current = row
            self._recent.addWidget(row)
        self._show_contents()

    def _is_open(self, one: Recent) -> bool:
        project = self.session.project.current
        return project is not None and project.folder.absolute() == one.folder

    @Slot()
    def _show_contents(self) -> None:
        """What the open project holds now; the list knows what it held when it was opened or closed."""
        if self._current is not None and self._is_open(self._current.one):
            self._current.show_contents(self.session.contents())

    def _recent_row(self, one: Recent, place: str) -> "RecentRow":
        row = RecentRow(one, place)
        row.open.clicked.connect(self._open_recent)
        row.forget.clicked.connect(self._forget)
        return row

    @Slot()
    def _open_recent(self) -> None:
        self.session.open_project(Path(self.sender().property("folder")))

    @Slot()
    def _forget(self) -> None:
        forget(Path(self.sender().property("folder")))
        self._list_recent()

    @Slot()
    def _choose_file(self) -> None:
        paths = choose_data(self, self.tr("Open a ratings file"))
        if paths:
            self.session.offer_files(paths)

    @Slot()
    def _open_project(self) -> None:
        path = choose_project(self)
        if path is not None:
            self.session.open_project(path)

    @Slot()
    def _new_project(self) -> None:
        path = choose_new_project(self)
        if path is not None:
            self.session.new_project(path)

    @Slot()
    def _show_terms(self) -> None:
        Terms(self).open()


class RecentRow(QWidget):
    """One project of before: name, facts, when it was last open; greyed where it is not there any more.

    `place` tells it from others of its name: the folder that it lies in.
    """

    def __init__(self, one: Recent, place: str = "") -> None:
        super().__init__()
        self.one = one
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 10, 0, 10)
        row.setSpacing(GRID)
        words = QVBoxLayout()
        words.setSpacing(1)
        name = Elided(one.name, BODY, "text" if one.there else "faint", bold=True)
        # What it holds has two lines where one is too short; a path could not be broken.
        self.about = Text("", SMALL, "muted", wrap=True) if one.there else Elided("", SMALL, "muted")
        words.addWidget(name)
        words.addWidget(self.about)
        if place and one.there:
            words.addWidget(Elided(self.tr("in {folder}").format(folder=_short(place)), SMALL, "muted"))
        self.show_contents(one.facts)
        row.addLayout(words, 1)
        self.open = Button(self.tr("Open"))
        self.open.setAccessibleName(self.tr("Open {name}").format(name=one.name))
        self.open.setToolTip(str(one.folder))
        self.open.setEnabled(one.there)
        self.forget = Button("", "quiet", icon="close", tip=self.tr("Remove from this list; the folder stays"))
        self.forget.setAccessibleName(self.tr("Remove {name} from the list").format(name=one.name))
        for button in (self.open, self.forget):
            button.setProperty("folder", str(one.folder))
            row.addWidget(button)

    def show_contents(self, contents: str) -> None:
        """Show what it holds, and when it was last open."""
        one = self.one
        words = [contents, ago(one.opened)] if one.there else [self.tr("not found: {folder}").format(folder=one.folder)]
        text = " · ".join(filter(None, words))
        if isinstance(self.about, Elided):
            self.about.set_text(text)
        else:
            self.about.setText(text)


class DropTarget(QWidget):
    """A large dashed frame; the window takes the drop itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Drop a ratings file here"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = painter.pen()
        pen.setColor(tokens.color("strong_line"))
        pen.setWidthF(1.5)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 8, 8)


class Terms(QDialog):
    """The sample's terms of use, as they lie beside it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Terms of use of the sample"))
        self.resize(720, 560)
        column = QVBoxLayout(self)
        text = QTextBrowser()
        text.setAccessibleName(self.tr("Terms of use of the sample"))
        text.setOpenExternalLinks(True)
        text.setMarkdown(resource(f"{FOLDER}/TERMS.md").read_text(encoding="utf-8"))
        column.addWidget(text)


def _short(folder: str) -> str:
    """A folder with ~ for the person's own."""
    own = str(Path.home())
    return f"~{folder[len(own) :]}" if folder.startswith(own) else folder


def ago(moment: str) -> str:
    """How long ago a moment (ISO 8601) was, in words; the day where it is more than a week."""
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    hours = (datetime.now(UTC) - then).total_seconds() / 3600
    if hours < 1:
        return "a moment ago" if hours < 1 / 12 else f"{round(hours * 60)} min ago"
    if hours < 24:  # noqa: PLR2004 - a day
        return f"{round(hours)} h ago"
    days = round(hours / 24)
    if days < 7:  # noqa: PLR2004 - a week
        return "yesterday" if days == 1 else f"{days} days ago"
    day = QDateTime.fromSecsSinceEpoch(int(then.timestamp())).date()
    return QLocale().toString(day, QLocale.FormatType.ShortFormat)
