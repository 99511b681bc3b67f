"""What is shown in the place of a page that failed: what happened, why, and what to do."""

import traceback

from PySide6.QtWidgets import QVBoxLayout

from workbench.app.page import Page
from workbench.app.session.session import Session
from workbench.app.widgets.basic import ErrorCard
from workbench.errors import WorkbenchError


class BrokenPage(Page):
    """Stands for a page that could not be made or shown; the page is tried again when somebody turns to it again."""

    smallest = (0, 0)

    def __init__(self, session: Session, kind: type[Page], error: Exception) -> None:
        super().__init__(session)
        self.name = kind.name  # it has that page's place
        self.heading = kind.title
        self.card = ErrorCard(
            self.tr("The page {title} cannot be shown").format(title=kind.title),
            str(error) if isinstance(error, WorkbenchError) else self._sentence(error),
            "".join(traceback.format_exception(error)),
        )
        self.card.close_button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        column.addStretch(1)

    def _sentence(self, error: Exception) -> str:
        told = f"{type(error).__name__}: {error}"[:300]
        return self.tr(
            "This page found something that it cannot show ({told}). Your files are unchanged, and the other pages can be "
            "used. Turn to the page again, or open an earlier copy of the project; the details help to find the cause."
        ).format(told=told)
