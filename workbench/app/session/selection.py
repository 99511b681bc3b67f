"""Which user, which runs and which search are selected, on whatever page."""

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.runs.run_store import Runs
from workbench.app.session.project import OpenProject


class Selection(QObject):
    """One user, some runs and perhaps a search, kept with the project: ``session.selection``."""

    changed = Signal()

    def __init__(self, parent: QObject, project: OpenProject, runs: Runs) -> None:
        super().__init__(parent)
        self._project, self._all = project, runs
        self._user: str | None = None
        self._runs: list[str] = []
        self._search = ""
        runs.deleted.connect(self._leave_out)

    @property
    def user(self) -> str | None:
        """Id of the selected user."""
        return self._user

    def select_user(self, user: str | None) -> None:
        """Select a user by id."""
        if user != self._user:
            self._user = user
            self._keep()

    @property
    def runs(self) -> list[str]:
        """Ids of the selected runs, the one selected first at the head; those removed since left out."""
        return [run_id for run_id in self._runs if self._all.get(run_id) is not None]

    def select_runs(self, run_ids: list[str]) -> None:
        """Select runs by id, in order, and no search."""
        if run_ids != self._runs or self._search:
            self._runs, self._search = list(run_ids), ""
            self._keep()

    @property
    def search(self) -> str:
        """Id of the selected search; "" where none is."""
        return self._search

    def select_search(self, search_id: str, run_ids: list[str]) -> None:
        """Select a search by id, with runs of it that are worth a look."""
        if (search_id, run_ids) != (self._search, self._runs):
            self._search, self._runs = search_id, list(run_ids)
            self._keep()

    @Slot(str)
    def _leave_out(self, run_id: str) -> None:
        if run_id in self._runs:
            self._runs = [chosen_id for chosen_id in self._runs if chosen_id != run_id]
            self._keep()

    def recall(self) -> None:
        """Take what was kept with the project that has just been opened; whoever opens it tells of the change."""
        kept = self._project.view("selection")
        user, runs = kept.get("user"), kept.get("runs")
        self._user = user if isinstance(user, str) else None
        search = kept.get("search")
        self._search = search if isinstance(search, str) else ""
        self._runs = [run_id for run_id in runs if isinstance(run_id, str)] if isinstance(runs, list) else []

    def forget_user(self) -> None:
        """Select nobody, for there are other users now; whoever brought them tells of the change."""
        self._user = None

    def _keep(self) -> None:
        kept = {"user": self._user, "runs": list(self._runs)}
        self._project.set_view("selection", kept | ({"search": self._search} if self._search else {}))
        self.changed.emit()
