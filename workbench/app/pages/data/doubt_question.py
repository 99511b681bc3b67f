"""What could be wrong is asked anew whenever the sheet would read the file in another way."""

from typing import Any

from PySide6.QtCore import QObject, Slot

from workbench.app.pages.data.import_sheet import PreviewSheet
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session

Json = dict[str, Any]


class DoubtQuestion(QObject):
    """Asks the job ``doubts`` about what a sheet shows, and shows the answer beside it."""

    def __init__(self, session: Session, sheet: PreviewSheet) -> None:
        super().__init__(sheet)
        self._sheet, self._asked = sheet, Json()
        self._latest = Latest(session, "doubts", self)
        self._latest.answered.connect(self._answered)
        sheet.changed.connect(self._ask)

    @Slot()
    def _ask(self) -> None:
        if self._sheet.reason:
            self._latest.forget()
            self._asked = {}
            self._sheet.doubts.show_doubts([])
            return
        asked = {"path": str(self._sheet.file), "recipe": self._sheet.recipe()}
        joined = self._sheet.taken.joined
        asked |= {} if joined is None else {"joined": str(joined)}
        if asked != self._asked:
            self._asked = asked
            self._latest.ask(asked)

    @Slot(object, object)
    def _answered(self, asked: Json, answer: Json) -> None:
        if asked == self._asked:
            self._sheet.doubts.show_doubts(answer["doubts"])
            self._sheet.taken.show_met(answer.get("met") or [])
