"""What all pages share: the project, its data, split and runs, the selection, and the jobs in progress.

Pages read its properties, call its methods, and follow its signals; nothing slow happens here.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.jobs.job_process import Done, Failed, Progress, Task
from workbench.app.session.runs import SessionRuns
from workbench.errors import WorkbenchError
from workbench.files import read_json
from workbench.project import FILE, Project, free_folder, remember
from workbench.resources import resource

SAMPLE = "samples/movielens-small"
YIELD = 0.001  # seconds after which the thread that loads modules lets the window's thread go on, which asks often


class Session(SessionRuns):
    """The state behind the window. One project is open at a time, or none."""

    project_changed = Signal()
    """Another project is open, or none."""
    project_closing = Signal()
    """The project is about to be closed: the last moment to keep something with it."""
    data_changed = Signal()
    """Other interactions: `data`, `items` and `about`."""
    page_requested = Signal(str)
    files_offered = Signal()
    """Somebody opened or dropped files; the Data page takes them with `take_files`."""
    loaded = Signal()
    """The modules are there that the window needs for a project; see `load_ahead`."""

    def __init__(
        self, parent: QObject | None = None, worker: list[str] | None = None, standby: list[str] | None = None
    ) -> None:
        super().__init__(parent, worker, standby)
        self.data: Any = None
        """The `Interactions`, memory-mapped; None where there are none yet."""
        self.items: Any = None
        """Titles and genres (`workbench.data.side_files.items.Items`); None where the data has none."""
        self.about: dict[str, Any] = {}
        """The data folder's ``data.json``: what was read, how, and figures about it."""
        self._files: list[Path] = []
        self._warm = False

    # The project ---------------------------------------------------------------------------------------------------

    def new_project(self, folder: Path | None = None, name: str | None = None) -> bool:
        """Make a project and open it; without a folder, in the program's own place. False where that failed."""
        folder = folder or free_folder(name or self.tr("Project"))
        return self._enter(partial(Project.create, folder, name))

    def open_project(self, folder: Path) -> bool:
        """Open a project folder. False where that failed; a card says why."""
        if self.project is not None and self.project.folder == folder:
            return True
        return self._enter(partial(Project.open, folder))

    def _enter(self, make: Callable[[], Project]) -> bool:
        try:
            project = make()
            project.lock()
        except WorkbenchError as error:
            self.failure.emit(self.tr("The project could not be opened"), str(error), "")
            return False
        self.close_project()
        self.project = project
        selection = project.view.get("selection") or {}
        self._user, self._selected = selection.get("user"), list(selection.get("runs") or [])
        self._load_data()
        self.project_changed.emit()
        self.data_changed.emit()
        self.split_changed.emit()
        self.runs.open(project)
        self.selection_changed.emit()
        self._remember()
        return True

    def close_project(self) -> None:
        """Save and close; runs in progress go on by themselves."""
        if self.project is None:
            return
        self.project_closing.emit()
        self.save(wait=True)
        for task in self.tasks:
            self.cancel(task)
        self._remember()
        project, self.project = self.project, None
        with suppress(OSError):  # the folder vanished, and the lock with it
            project.unlock()
        self.runs.close()
        self.data, self.items, self.about = None, None, {}
        self._user, self._selected = None, []
        for signal in (self.project_changed, self.data_changed, self.split_changed, self.selection_changed):
            signal.emit()

    def _remember(self) -> None:
        if self.project is None:
            return
        facts = []
        if self.data is not None:
            facts.append(self.tr("{n:,} interactions").format(n=len(self.data)))
        number = len(self.runs.all())
        if number:
            facts.append(self.tr("1 run") if number == 1 else self.tr("{n} runs").format(n=number))
        try:
            remember(self.project, " · ".join(facts))
        except (WorkbenchError, OSError) as error:
            self.notice.emit("warn", self.tr("The list of recent projects was not saved: {why}").format(why=error))

    # Data and split ------------------------------------------------------------------------------------------------

    def offer_files(self, paths: list[Path]) -> None:
        """Take files or folders that somebody dropped or chose: a project is opened, anything else goes to Data."""
        folder = next((one for one in paths if (one / FILE).is_file()), None)
        if folder is None:  # project.json itself was chosen
            folder = next((one.parent for one in paths if one.name == FILE), None)
        if folder is not None:
            self.open_project(folder)
            return
        self._files = list(paths)
        if self.project is None and not self.new_project(name=paths[0].stem):
            return
        self.page_requested.emit("data")
        self.files_offered.emit()

    def take_files(self) -> list[Path]:
        """Files that were offered and nobody has taken yet."""
        files, self._files = self._files, []
        return files

    def import_file(
        self,
        paths: Path | dict[str, Path],
        recipe: dict[str, Any] | None = None,
        further: dict[str, Path] | None = None,
        *,
        filters: list[dict[str, Any]] | None = None,
        guessed: bool = False,
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task | None:
        """Read a file (or ``{"train": …, "test": …}``) into the project and make it the current data.

        Parameters
        ----------
        recipe
            As in `workbench.data.importing.importer.Recipe`: format, columns, filters, duplicates.
        further
            Files that tell of items and users: ``items``, ``users``, ``vectors``, ``pictures`` (a folder).
        filters
            Those that become the project's once the file is read; None leaves them as they are.
        guessed
            Whether nobody has said the encoding in the recipe.
        done, failed, progress
            Called besides what the session does itself. Without `failed`, a failure is shown as a card.
        """
        if self.project is None and not self.new_project(name=_first(paths).stem):
            return None
        folder = self.project.free_data_folder(_first(paths).stem)
        given = {name: str(one) for name, one in paths.items()} if isinstance(paths, dict) else str(paths)
        others = {name: str(one) for name, one in (further or {}).items()}
        args = {"paths": given, "folder": str(folder), "recipe": recipe, "further": others, "guessed": guessed}
        title = self.tr("Reading {file}").format(file=_first(paths).name)
        task = self.submit("import", args, title=title, failed=failed, progress=progress)
        task.done.connect(partial(self._imported, self.project, folder.name, filters=filters))
        if done is not None:
            task.done.connect(done)
        return task

    def _imported(self, project: Project, name: str, _: Any, *, filters: Any = None) -> None:
        if project is not self.project:
            return
        project.data = name
        if filters is not None:
            project.filters = filters
        from workbench.data.splitting import DEFAULT, OWN_FILES

        own = (project.folder / "data" / name / "part.npy").exists()
        # Who brings a test file wants it to judge; and where there is none, it cannot.
        if project.split is None or own != (project.split.get("name") == OWN_FILES):
            project.split = {"name": OWN_FILES if own else DEFAULT, "settings": {}}
        self._load_data()
        self._user = None
        self.save()
        self.data_changed.emit()
        self.split_changed.emit()
        self.selection_changed.emit()

    def _load_data(self) -> None:
        self.data, self.items, self.about = None, None, {}
        folder = self.project.data_folder if self.project is not None else None
        if folder is None:
            return
        from workbench.data.interactions import Interactions
        from workbench.data.side_files.items import Items

        try:
            self.about = read_json(folder / "data.json")
            self.data = Interactions.open(folder)
            self.items = Items.open(folder)
        except WorkbenchError as error:
            self.data, self.items, self.about = None, None, {}
            self.failure.emit(self.tr("The data could not be opened"), str(error), "")

    # Getting ready -------------------------------------------------------------------------------------------------

    @Slot()
    def warm_up(self) -> None:
        """Start the processes that wait for work; called when the window is made, or sooner where they are needed."""
        if not self._warm:
            self._warm = True
            self.runs.prepare()
            self._prepare_jobs()

    def load_ahead(self) -> None:
        """Load beside the window's thread what it would otherwise wait for at the first project; `loaded` follows."""
        self._saver.start(self._load)

    def _load(self) -> None:
        usual = sys.getswitchinterval()
        sys.setswitchinterval(YIELD)
        try:
            _load_modules()
        finally:
            sys.setswitchinterval(usual)
            self.loaded.emit()

    # The sample ----------------------------------------------------------------------------------------------------

    def try_sample(self) -> None:
        """One click from nothing to a first list: project, sample, split, EASE, and the first user's list."""
        if not self.new_project(name=self.tr("MovieLens sample")):
            return
        self.warm_up()  # all of them have something to do at once
        folder = resource(SAMPLE)
        self.import_file(folder / "ratings.csv", None, {"items": folder / "movies.csv"}, done=self._train_sample)

    @Slot(object)
    def _train_sample(self, _about: Any) -> None:
        self.set_split("last-n", {})
        run_id = self.queue_run("ease")
        if run_id is not None and self.data is not None:
            self._user = self.data.user_ids[0].as_py()
            self._keep_selection()
            self.page_requested.emit("inspect")

    def request_page(self, name: str) -> None:
        """Bring a page to the front."""
        self.page_requested.emit(name)

    def close(self) -> None:
        """Save, close the project, and end all threads and waiting processes."""
        self.close_project()
        self._save_soon.stop()
        self.runs.shut()
        self._end_jobs()
        self._saver.waitForDone(5000)


def _load_modules() -> None:
    import workbench.data.importing.importer
    import workbench.training.run  # noqa: F401
    from workbench.algorithms import all_algorithms
    from workbench.jobs import all_jobs
    from workbench.metrics import all_metrics

    for kind in all_algorithms().values():
        kind.model_json_schema()  # pydantic puts off much of its work until it is asked
    all_metrics()
    all_jobs()


def _first(paths: Path | dict[str, Path]) -> Path:
    return next(iter(paths.values())) if isinstance(paths, dict) else paths
