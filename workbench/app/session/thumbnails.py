"""Small pictures of items, decoded by the worker and kept for the tables that show them."""

import base64
import binascii
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QPixmap

from workbench.app.session.session import Session
from workbench.app.tables.item_pictures import ItemPictures

MAX_KEPT = 600  # 55 KB each
AT_ONCE = 24  # so that no other question waits long behind large pictures
FILE = "pictures.arrow"
Json = dict[str, Any]


class Thumbnails(ItemPictures):
    """Asks for what is wanted, a few at a time, the last wanted first; what cannot be shown is not asked for again."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._run: Path | None = None
        self._data: Path | None = None
        self._any = False
        self._kept: OrderedDict[str, QPixmap | None] = OrderedDict()
        self._wanted: list[str] = []
        self._asked: tuple[Path | None, list[str]] | None = None

    @property
    def any(self) -> bool:
        return self._any

    def set_run(self, run: Path, data: Path) -> None:
        """Take pictures of the data of this run."""
        self._run = run
        if data == self._data:
            return
        self._data, self._any = data, (data / FILE).exists()
        self._kept.clear()
        self._wanted = []
        self.changed.emit()

    def want(self, items: Sequence[str]) -> None:
        if not self._any:
            return
        new = [item for item in dict.fromkeys(items) if item not in self._kept][:MAX_KEPT]
        self._wanted = new + [item for item in self._wanted if item not in new]
        self._send()

    def picture(self, item: str) -> QPixmap | None:
        return self._kept.get(item)

    def _send(self) -> None:
        if self._asked is not None or not self._wanted or self._run is None:
            return
        some, self._wanted = self._wanted[:AT_ONCE], self._wanted[AT_ONCE:]
        self._asked = self._data, some
        args = {"run": str(self._run), "items": some}
        task = self._session.jobs.submit("thumbnails", args, done=self._take, failed=self._fail)
        task.cancelled.connect(self._end)

    @Slot(object)
    def _take(self, answer: Json) -> None:
        (data, some), self._asked = self._asked or (None, []), None
        if data == self._data:
            for item in some:
                self._keep(item, _pixmap(answer["pictures"].get(item, "")))
            self.changed.emit()
        self._send()

    def _keep(self, item: str, picture: QPixmap | None) -> None:
        self._kept[item] = picture
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)

    @Slot(str, str)
    def _fail(self, sentence: str, details: str) -> None:
        """A list without pictures is a list: whoever asks for the list is told what is wrong."""
        self._end()

    @Slot()
    def _end(self) -> None:
        self._asked, self._wanted = None, []


def _pixmap(text: str) -> QPixmap | None:
    picture = QPixmap()
    try:
        fine = bool(text) and picture.loadFromData(base64.b64decode(text), "JPEG")
    except (binascii.Error, ValueError):
        return None
    return picture if fine else None
