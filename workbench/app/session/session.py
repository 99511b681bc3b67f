"""What all pages share: the project, its data, split and runs, the selection, and the jobs in progress.

Pages read its properties, call its methods, and follow its signals and those of its parts; nothing slow happens here.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.jobs.background import Background
from workbench.app.jobs.job_process import Done, Failed, Progress, Task
from workbench.app.runs.run_store import Runs
from workbench.app.runs.search_store import Searches
from workbench.app.session.history import History
from workbench.app.session.jobs import Jobs
from workbench.app.session.module_loader import ModuleLoader
from workbench.app.session.project import OpenProject
from workbench.app.session.selection import Selection
from workbench.app.session.versions import Versions
from workbench.errors import WorkbenchError
from workbench.owned import is_owned, remove_empty, sweep
from workbench.project import FILE, Project, ProjectFile, free_folder, remember

WAITS = (0.0, 0.1, 0.4, 1.5)  # seconds before each look at what an ended import left


class Session(QObject):
    """The state behind the window. One project is open at a time, or none.

    Attributes
    ----------
    jobs : Jobs
        What is done outside the window's process.
    project : OpenProject
        The project with its split, its filters, and what pages keep with it.
    runs : Runs
        The runs of the project, and what a person wants of them.
    searches : Searches
        The searches of the project, whose trials are runs.
    selection : Selection
        The selected user, runs and search.
    versions : Versions
        The versions of the project's data; `use_version` goes to one of them.
    history : History
        What was changed since the project was opened, to be taken back.
    loader : ModuleLoader
        Loads what a project needs before there is one.
    data : Interactions or None
        Memory-mapped; None where there are none yet.
    items : Items or None
        Titles and genres; None where the data has none.
    about : dict
        The data folder's ``data.json``: what was read, how, and figures about it.
    """

    project_changed = Signal()
    """Another project is open, or none."""
    project_closing = Signal()
    """The project is about to be closed: the last moment to keep something with it."""
    data_changed = Signal()
    """Other interactions: `data`, `items` and `about`."""
    page_requested = Signal(str)
    files_offered = Signal()
    """Somebody opened or dropped files; the Data page takes them with `take_files`."""
    notice = Signal(str, str)
    """Kind ("info", "ok", "warn", "error") and a short text that goes away by itself."""
    failure = Signal(str, str, str)
    """What failed, a sentence on why and what to do, details; shown as a card until it is closed."""

    def __init__(
        self, parent: QObject | None = None, worker: list[str] | None = None, standby: list[str] | None = None
    ) -> None:
        super().__init__(parent)
        self.jobs = Jobs(self, worker)
        self.history = History(self)
        self.project = OpenProject(self, self.history)
        self.runs = Runs(self, standby)
        self.searches = Searches(self, self.runs)
        self.selection = Selection(self, self.project, self.runs)
        self.versions = Versions(self, self.project, self.runs, self.history)
        self.loader = ModuleLoader(self)
        for part in (self.jobs, self.project, self.runs, self.searches, self.versions):
            part.failed.connect(self.failure)
        self.data: Any = None
        self.items: Any = None
        self.about: dict[str, Any] = {}
        self._files: list[Path] = []
        self._wanted: dict[str, dict[str, Any]] = {}
        self._warm = self._has_kernels = False
        self._sweeping = Background(self)

    # The project ---------------------------------------------------------------------------------------------------

    def new_project(self, folder: Path | None = None, name: str | None = None) -> bool:
        """Make a project and open it; without a folder, in the program's own place. False where that failed."""
        return self._enter(partial(_create, folder, name, self.tr("Project")))

    def open_project(self, folder: Path) -> bool:
        """Open a project folder. False where that failed; a card says why."""
        if self.project.current is not None and self.project.current.folder == folder:
            return True
        return self._enter(partial(Project.open, folder))

    def _enter(self, make: Callable[[], Project]) -> bool:
        try:
            project = make()
            _check_choices(project)
            project.lock()
        except WorkbenchError as error:
            self.failure.emit(self.tr("The project could not be opened"), str(error), "")
            return False
        self.close_project()
        self.project.current = project
        self.versions.look_again()
        self.selection.recall()
        self._load_data()
        self.project_changed.emit()
        self.data_changed.emit()
        self.project.split_changed.emit()
        self.runs.open(project)
        self.searches.open(project)
        self.selection.changed.emit()
        self._remember(project)
        return True

    def close_project(self) -> None:
        """Save and close; runs in progress go on by themselves."""
        project = self.project.current
        if project is None:
            return
        self.project_closing.emit()
        self.project.save(wait=True)
        for task in self.jobs.tasks:
            self.jobs.cancel(task)
        self._remember(project)
        self.versions.close()
        self.project.current = None
        with suppress(OSError):  # the folder vanished, and the lock with it
            project.unlock()
        self.searches.close()
        self.runs.close()
        self.history.clear()
        self.selection.recall()
        self.data, self.items, self.about = None, None, {}
        self.project_changed.emit()
        self.data_changed.emit()
        self.project.split_changed.emit()
        self.selection.changed.emit()

    def contents(self) -> str:
        """What the open project holds, in words: interactions and runs."""
        return self._contents(len(self.runs.all()))

    def _contents(self, runs: int) -> str:
        parts = []
        if self.data is not None:
            parts.append(self.tr("{n:,} interactions").format(n=len(self.data)))
        if runs:
            parts.append(self.tr("1 run") if runs == 1 else self.tr("{n} runs").format(n=runs))
        return " · ".join(parts)

    def _remember(self, project: Project) -> None:
        try:
            remember(project, self._contents(len(project.run_folders())))  # many runs are still being read
        except (WorkbenchError, OSError) as error:
            self.notice.emit("warn", self.tr("The list of recent projects was not saved: {why}").format(why=error))

    # Data -----------------------------------------------------------------------------------------------------------

    def offer_files(self, paths: list[Path]) -> None:
        """Take files or folders that somebody dropped or chose: a project is opened, anything else goes to Data."""
        folder = next((path for path in paths if (path / FILE).is_file()), None)
        if folder is None:  # project.json itself was chosen
            folder = next((path.parent for path in paths if path.name == FILE), None)
        if folder is not None:
            self.open_project(folder)
            return
        self._files = list(paths)
        if self.project.current is None and not self.new_project(name=paths[0].stem):
            return
        self.page_requested.emit("data")
        self.files_offered.emit()

    def take_files(self) -> list[Path]:
        """Files that were offered and nobody has taken yet."""
        files, self._files = self._files, []
        return files

    def import_file(  # noqa: PLR0913 - what is asked of an import has names of its own
        self,
        paths: Path | dict[str, Path],
        recipe: dict[str, Any] | None = None,
        further: dict[str, Path] | None = None,
        *,
        filters: list[dict[str, Any]] | None = None,
        guessed: bool = False,
        new: bool = False,
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task | None:
        """Read a file (or ``{"train": …, "test": …}``) into the project as a version of its data, and go to that.

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
        new
            Whether it becomes a project of its own, which is opened once the file is read; this one stays as it is.
        done, failed, progress
            Called besides what the session does itself. Without `failed`, a failure is shown as a card.
        """
        if self.project.current is None and not self.new_project(name=_first(paths).stem):
            return None
        try:
            name = _first(paths).stem
            project = _create(None, name, self.tr("Project")) if new else self.project.current
            folder = project.free_data_folder(name)
        except WorkbenchError as error:
            self.failure.emit(self.tr("The file could not be read"), str(error), "")
            return None
        given = {name: str(path) for name, path in paths.items()} if isinstance(paths, dict) else str(paths)
        others = {name: str(entry) for name, entry in (further or {}).items()}
        args = {"paths": given, "folder": str(folder), "recipe": recipe, "further": others, "guessed": guessed}
        title = self.tr("Reading {file}").format(file=_first(paths).name)
        task = self.jobs.submit("import", args, title=title, failed=failed, progress=progress)
        task.done.connect(partial(self._imported, project, folder.name, filters=filters, new=new))
        if done is not None:
            task.done.connect(done)
        for ended in (task.failed, task.cancelled):
            ended.connect(partial(self._give_back, folder, project if new else None))
        return task

    def _give_back(self, folder: Path, project: Project | None, *_: object) -> None:
        """Remove what is left of an import that did not come to its end, and the project that was made for it."""
        self._sweeping.ask(partial(_remove_left, folder, project))

    def _imported(self, project: Project, name: str, _: Any, *, filters: Any = None, new: bool = False) -> None:
        from workbench.data.importing.versions import fit_split, go_to, note_version

        if project is not self.project.current and not new:  # it finds the version when it is opened again
            return
        former = project.data
        note_version(project, name)
        go_to(project, name)
        if filters is not None:
            project.filters = filters
        fit_split(project)
        if new:
            self._enter(partial(_saved, project))
        else:
            self._show_version()
            self._note_version(former, name, self.tr("{data} read"))

    def use_version(self, folder: str) -> str | None:
        """Go to another version of the data, with the filters and the split that were used with it.

        Returns the version of before, by which the step is undone; None where nothing was changed.
        """
        from workbench.data.importing.versions import go_to
        from workbench.data.interactions import Interactions

        project = self.project.current
        if project is None or folder == project.data:
            return None
        try:
            Interactions.open(project.folder / "data" / folder, hashed=False)
        except WorkbenchError as error:
            self.failure.emit(self.tr("This version of the data cannot be opened"), str(error), "")
            return None
        former = go_to(project, folder)
        self._show_version()
        self._note_version(former, folder, self.tr("Data changed to {data}"))
        return former

    def _note_version(self, former: str | None, now: str, words: str) -> None:
        version = self.versions.get(now)
        if former and version is not None and former != now:
            back, again = (partial(self._go_to_version, folder) for folder in (former, now))
            self.history.add(words.format(data=version.name), back, again)

    def _go_to_version(self, folder: str) -> bool:
        return self.use_version(folder) is not None

    def _show_version(self) -> None:
        """Let everybody see the data that the project names now."""
        self._load_data()
        self.selection.forget_user()
        self.project.save()
        self.versions.look_again()
        self.data_changed.emit()
        self.project.split_changed.emit()
        self.selection.changed.emit()

    def _load_data(self) -> None:
        self.data, self.items, self.about = None, None, {}
        project = self.project.current
        folder = project.data_folder if project is not None else None
        if folder is None:
            return
        from workbench.data.data_file import read_about
        from workbench.data.interactions import Interactions
        from workbench.data.side_files.items import Items

        try:
            self.about = read_about(folder)
            self.data = Interactions.open(folder, hashed=False)
            self.items = Items.open(folder)
        except WorkbenchError as error:
            self.data, self.items, self.about = None, None, {}
            self.failure.emit(self.tr("The data could not be opened"), str(error), "")
        else:
            self._check(folder)

    def _check(self, folder: Path) -> None:
        """Let the hash of data be taken, if nobody has done so with this copy: a flipped bit is told by a card."""
        from workbench.data.checked import is_checked

        if not is_checked(folder, self.about.get("hash") or ""):
            self.jobs.submit("check_data", {"data": str(folder)})

    # Runs ----------------------------------------------------------------------------------------------------------

    def queue_run(
        self,
        algorithm: str,
        hyperparameters: dict[str, Any] | None = None,
        *,
        fold: int | None = None,
        **options: Any,
    ) -> str | None:
        """Train an algorithm on the current data, filters and split, when the machine is free; returns the run's id.

        Parameters
        ----------
        fold
            Of a split with several; the one that is chosen where left out.
        options
            ``seed``, ``device``, ``threads``, ``patience``, ``validation_users``, as in `RunSpec`.
        """
        folder = self.project.current.data_folder if self.project.current is not None else None
        if folder is None or self.project.split is None:
            self.failure.emit(
                self.tr("Nothing to train on"), self.tr("Open a ratings file first, on the page Data."), ""
            )
            return None
        try:
            options = {"filters": self.project.filters, **options}
            split = dict(self.project.split)
            if fold is not None:
                split["settings"] = (split.get("settings") or {}) | {"fold": fold}
            run_id = self.runs.add(algorithm, hyperparameters or {}, folder, split, **options)
        except WorkbenchError as error:
            self.failure.emit(self.tr("This run cannot be started"), str(error), "")
            return None
        self.selection.select_runs([run_id])
        return run_id

    def start_search(self, algorithms: list[str], **asked: Any) -> None:
        """Search hyperparameters of one algorithm or several on the current data, filters and split, within one budget.

        Parameters
        ----------
        asked
            As in `SearchSpec`: ``ranges``, ``fixed``, ``trials``, ``minutes``, ``metric`` and the like.
        """
        folder = self.project.current.data_folder if self.project.current is not None else None
        if folder is None or self.project.split is None:
            self.failure.emit(
                self.tr("Nothing to search on"), self.tr("Open a ratings file first, on the page Data."), ""
            )
            return
        filters = {"filters": self.project.filters}
        self.searches.add(algorithms, folder, dict(self.project.split), **filters, **asked)

    def evaluate(self, run_ids: list[str], *, done: Done | None = None) -> list[Task]:
        """Open the test for some runs, one after another; `Runs.run_changed` follows for each."""
        tasks = []
        for info in filter(None, map(self.runs.get, run_ids)):
            title = self.tr("Testing {run}").format(run=info.title)
            task = self.jobs.submit("evaluate", {"run": str(info.folder)}, title=title, done=done)
            task.done.connect(partial(self._evaluated, info.id))
            tasks.append(task)
        return tasks

    def _evaluated(self, run_id: str, _result: Any) -> None:
        self.runs.evaluated(run_id)

    # The window ----------------------------------------------------------------------------------------------------

    @Slot()
    def warm_up(self) -> None:
        """Start the processes that wait for work, with what is needed so far; called when all pages are made, or sooner.

        The one that trains comes when the page Train is opened, or a training begins.
        """
        if not self._warm:
            self._warm = True
            self.jobs.start()
        if self.project.current is not None and not self._has_kernels:
            self._has_kernels = True
            self.jobs.load_kernels()

    def request_page(self, name: str, **wanted: Any) -> None:
        """Bring a page to the front, and let it show what is wanted: the arguments of its `Page.open`."""
        self._wanted[name] = wanted
        self.page_requested.emit(name)

    def take_wanted(self, name: str) -> dict[str, Any]:
        """What was asked of a page, once."""
        return self._wanted.pop(name, {})

    def close(self) -> None:
        """Save, close the project, and end all threads and waiting processes."""
        self.close_project()
        self.runs.shut()
        self.jobs.close()
        self.loader.close()
        self.project.close()


def _check_choices(project: Project) -> None:
    """Raise WorkbenchError where a project names a split or a filter that there is not, or settings out of their range."""
    from workbench.data.filtering import make_filters
    from workbench.data.splitting import make_split

    try:
        make_filters(project.filters)
        if project.split is not None:
            make_split(project.split["name"], project.split.get("settings"))
    except WorkbenchError as error:
        told = f"{project.folder / FILE} asks for what this version does not know. {error}"
        raise WorkbenchError(f"{told} {ProjectFile.way_out}") from error


def _first(paths: Path | dict[str, Path]) -> Path:
    return next(iter(paths.values())) if isinstance(paths, dict) else paths


def _create(folder: Path | None, name: str | None, otherwise: str) -> Project:
    """A new project, in the program's own place where no folder is named."""
    return Project.create(folder or free_folder(name or otherwise), name)


def _saved(project: Project) -> Project:
    project.save()
    return project


def _remove_left(folder: Path, project: Project | None) -> None:
    """Remove what the process of an import left that was ended, the folder that it never filled, and a new project."""
    for wait in WAITS:  # a process that was killed may need a moment to let go of its files
        time.sleep(wait)
        sweep(folder.parent, folder.name)
        if not any(is_owned(left) and left.name.startswith(f"{folder.name}.") for left in _inside(folder.parent)):
            break
    remove_empty(folder)
    if project is not None:
        project.remove_empty()


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
