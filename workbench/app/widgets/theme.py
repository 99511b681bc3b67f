"""Colours, type and spacing, as named tokens; light and dark.

Widgets never name a colour: they take a token from ``theme().tokens`` and follow ``theme().changed``. The palette carries
most of it; one short style sheet gives buttons, fields and tables their shape.
"""

from dataclasses import dataclass, fields
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette, QPen
from PySide6.QtWidgets import QApplication

from workbench.charts import style
from workbench.project import set_setting, settings
from workbench.resources import resource

Mode = Literal["system", "light", "dark"]

# Everything is a multiple of it.
GRID = 8
# Type scale, in device-independent pixels: small, body, heading, title, figure.
SMALL, BODY, HEADING, TITLE, FIGURE = 12, 13, 15, 20, 28
ROW_HEIGHT = 32
KEPT = "_workbench_theme"  # attribute of the application


@dataclass(frozen=True)
class Tokens:
    """One set of colours, named by what they are for."""

    window: str
    surface: str
    raised: str
    line: str
    strong_line: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    wash: str
    ok: str
    warn: str
    error: str
    series: tuple[str, ...]

    def color(self, token: str) -> QColor:
        """One of them by name, or a colour that is already written out."""
        return QColor(getattr(self, token) if not token.startswith("#") else token)


# "faint" is a little stronger than a mere decoration would need, because small figures are written in it.
LIGHT = Tokens(
    "#f6f7f9", "#ffffff", "#ffffff", "#e4e7ec", "#cfd4dc", "#1a1f2b", "#5b6475", "#687182", "#3355dd", "#ffffff", "#eaeefd",
    "#0b7a4b", "#9a5b00", "#b3261e", style.LIGHT,
)  # fmt: skip
DARK = Tokens(
    "#15171c", "#1c1f26", "#242832", "#2c313c", "#3c4350", "#e8ebf1", "#a3acbb", "#8a94a5", "#7c97ff", "#10131c", "#262e4d",
    "#4fc38a", "#e0a84a", "#ff8a80", style.DARK,
)  # fmt: skip


class Theme(QObject):
    """The colours in use; follows the system unless the person chose light or dark."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._mode: Mode = settings().theme
        self._tokens = self._wanted()
        app.styleHints().colorSchemeChanged.connect(self._follow)
        font = app.font()
        font.setPixelSize(BODY)
        app.setFont(font)
        self._apply()

    @property
    def tokens(self) -> Tokens:
        """The colours in use."""
        return self._tokens

    @property
    def mode(self) -> Mode:
        """What the person chose: "system", "light" or "dark"."""
        return self._mode

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self._tokens is DARK

    def set_mode(self, mode: Mode, *, keep: bool = True) -> None:
        """Choose "system", "light" or "dark", and remember it."""
        self._mode = mode
        self._follow()
        if keep:
            set_setting("theme", mode)

    def toggle(self) -> None:
        """Change from light to dark or back."""
        self.set_mode("light" if self.dark else "dark")

    def series(self, number: int) -> QColor:
        """Colour of the series with this number, from 0; they come round after six."""
        return QColor(self._tokens.series[style.color_of(number)])

    def pen(self, number: int) -> QPen:
        """Pen of a series: its colour and dashes, one pixel wide (wider lines cost many times more to draw)."""
        pen = QPen(self.series(number), 1)
        pen.setCosmetic(True)
        dashes = style.DASHES[style.round_of(number)]
        if dashes:
            pen.setDashPattern(list(dashes))
        return pen

    def _wanted(self) -> Tokens:
        system_dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if self._mode == "dark" or (self._mode == "system" and system_dark) else LIGHT

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is not self._tokens:
            self._tokens = wanted
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        self._app.setPalette(palette(self._tokens))
        self._app.setStyleSheet(style_sheet(self._tokens))


def theme() -> Theme:
    """The theme of the running application; made at the first call."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        message = "There is no application yet."
        raise RuntimeError(message)
    known: Theme | None = vars(app).get(
        KEPT
    )  # asked for each cell that is drawn: to look among children takes too long
    if known is None:
        found = app.findChild(Theme, options=Qt.FindChildOption.FindDirectChildrenOnly)
        known = found if found is not None else Theme(app)
        setattr(app, KEPT, known)
    return known


def font(size: int = BODY, *, bold: bool = False, figures: bool = False) -> QFont:
    """The application's font in one of the sizes of the scale; `figures` gives all digits the same width."""
    chosen = QFont(QApplication.font())
    chosen.setPixelSize(size)
    if bold:
        chosen.setWeight(QFont.Weight.DemiBold)
    if figures:
        chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def palette(tokens: Tokens) -> QPalette:
    """The palette that Fusion paints with."""
    role = QPalette.ColorRole
    named = {
        role.Window: "window", role.WindowText: "text", role.Base: "surface", role.AlternateBase: "window",
        role.Text: "text", role.Button: "raised", role.ButtonText: "text", role.BrightText: "error",
        role.ToolTipBase: "raised", role.ToolTipText: "text", role.PlaceholderText: "faint", role.Link: "accent",
        role.LinkVisited: "accent", role.Highlight: "accent", role.HighlightedText: "on_accent", role.Accent: "accent",
        role.Light: "raised", role.Midlight: "line", role.Mid: "line", role.Dark: "strong_line", role.Shadow: "strong_line",
    }  # fmt: skip
    made = QPalette()
    for which, token in named.items():
        made.setColor(which, tokens.color(token))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, which, tokens.color("faint"))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, tokens.color("strong_line"))
    return made


def style_sheet(tokens: Tokens) -> str:
    """The shape of cards, buttons, fields and tables, from ``resources/style.qss`` with the tokens filled in."""
    text = resource("style.qss").read_text(encoding="utf-8")
    shade = "dark" if tokens is DARK else "light"
    for field in sorted(fields(Tokens), key=lambda f: -len(f.name)):
        if field.name != "series":
            text = text.replace(f"@{field.name}", getattr(tokens, field.name))
    for picture in ("arrow", "tick", "up"):
        text = text.replace(f"@{picture}", resource(f"icons/{picture}-{shade}.svg").as_posix())
    return text
