"""One family of stroke icons, drawn for this program, in the colours of the theme."""

from functools import lru_cache
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from workbench.app.widgets.theme import theme
from workbench.resources import resource

SIZE = 20  # device-independent pixels
SCALES = (1, 2, 3)


def icon(name: str, token: str = "muted") -> QIcon:
    """The icon ``resources/icons/<name>.svg`` in the colour of a token, as it is now; see `bind` to follow the theme."""
    tokens = theme().tokens
    made = QIcon()
    for mode, color in ((QIcon.Mode.Normal, tokens.color(token)), (QIcon.Mode.Disabled, tokens.color("strong_line"))):
        for scale in SCALES:
            made.addPixmap(pixmap(name, color, SIZE, scale), mode)
    return made


def pixmap(name: str, color: QColor, size: int = SIZE, scale: float = 1) -> QPixmap:
    """One picture of an icon, `size` device-independent pixels wide; drawn once for each colour and size."""
    key = f"workbench/{name}/{color.name()}/{size}/{scale}"
    picture = QPixmap()
    if QPixmapCache.find(key, picture):
        return picture
    picture = QPixmap(round(size * scale), round(size * scale))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _renderer_of(_source(name).replace("currentColor", color.name())).render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(scale)
    QPixmapCache.insert(key, picture)
    return picture


def bind(target: Any, name: str, token: str = "muted") -> None:
    """Give a button or an action an icon that follows the theme; calling it again changes the icon."""
    bound = target.findChild(_Binding, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if bound is None:
        bound = _Binding(target)
    bound.show(name, token)


class _Binding(QObject):
    """Keeps the icon of its parent in the colours of the theme; lives and dies with it."""

    def __init__(self, target: Any) -> None:
        super().__init__(target)
        theme().changed.connect(self._refresh)
        self._name, self._token = "", ""

    def show(self, name: str, token: str) -> None:
        self._name, self._token = name, token
        self._refresh()

    def _refresh(self) -> None:
        target: Any = self.parent()
        target.setIcon(icon(self._name, self._token))


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def _renderer_of(text: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(text.encode()))
