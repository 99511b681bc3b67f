"""What all pages share: the project, its data, split and runs, the selection, and the jobs in progress.

Pages read its properties, call its methods, and follow its signals; nothing slow happens here.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal, Slot

from workbench.app.runs import RunInfo, Runs
from workbench.app.task_worker import Done, Failed, Progress, Task, TaskWorker
from workbench.errors import WorkbenchError
from workbench.files import read_json, write_json
from workbench.project import FILE, Project, free_folder, log_folder, remember
from workbench.resources import resource

SAVE_PAUSE = 1000  # milliseconds from a change of the view to its place on disk
QUICK = frozenset({"preview", "recommend", "filter", "find_users", "split", "density", "warm_up"})
SAMPLE = "samples/movielens-small"


class Session(QObject):
    """The state behind the window. One project is open at a time, or none."""

    project_changed = Signal()
    """Another project is open, or none."""
    project_closing = Signal()
    """The project is about to be closed: the last moment to keep something with it."""
    data_changed = Signal()
    """Other interactions: `data`, `items` and `about`."""
    split_changed = Signal()
    """Another split, or other filters before it."""
    runs_changed = Signal()
    """Runs were added or removed, or the queue moved."""
    run_changed = Signal(str)
    """Run id: its state, epoch, validation or metrics."""
    run_records = Signal(str, list)
    """Run id, new records; at most 15 times a second."""
    run_restarted = Signal(str)
    """Run id: it goes on from its checkpoint; take `records` again from the start."""
    selection_changed = Signal()
    """The selected user or runs."""
    page_requested = Signal(str)
    task_changed = Signal()
    files_offered = Signal()
    """Somebody opened or dropped files; the Data page takes them with `take_files`."""
    notice = Signal(str, str)
    """Kind ("info", "ok", "warn", "error") and a short text that goes away by itself."""
    failure = Signal(str, str, str)
    """What failed, a sentence on why and what to do, details; shown as a card until it is closed."""
    saved = Signal()

    def __init__(
        self, parent: QObject | None = None, worker: list[str] | None = None, standby: list[str] | None = None
    ) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.data: Any = None
        """The `Interactions`, memory-mapped; None where there are none yet."""
        self.items: Any = None
        """Titles and genres (`workbench.data.items.Items`); None where the data has none."""
        self.about: dict[str, Any] = {}
        """The data folder's ``data.json``: what was read, how, and figures about it."""
        self._user: str | None = None
        self._selected: list[str] = []
        self._files: list[Path] = []
        log = log_folder() / "worker.log"
        # Two of them: a question that somebody waits for need not queue behind the export of a million lists.
        self._long, self._quick = TaskWorker(self, worker, log), TaskWorker(self, worker, log)
        # What a training would take is measured in a third one, which loads torch when it is needed and may be ended.
        self._measuring = TaskWorker(self, worker, log)
        self.runs = Runs(self, standby)
        self._saver = QThreadPool(self)
        self._saver.setMaxThreadCount(1)
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_PAUSE)
        self._save_soon.timeout.connect(self.save)
        self._connect()

    def _connect(self) -> None:
        self._long.changed.connect(self.task_changed)
        self._quick.changed.connect(self.task_changed)
        self._measuring.changed.connect(self.task_changed)
        self.runs.changed.connect(self.runs_changed)
        self.runs.run_changed.connect(self.run_changed)
        self.runs.records.connect(self.run_records)
        self.runs.restarted.connect(self.run_restarted)
        self.runs.failed.connect(self.failure)

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

    def view(self, key: str) -> dict[str, Any]:
        """What was kept with the project under `key`; empty where nothing was."""
        kept = self.project.view.get(key) if self.project is not None else None
        return dict(kept) if isinstance(kept, dict) else {}

    def set_view(self, key: str, value: Any) -> None:
        """Keep something with the project (JSON values); on disk within two seconds."""
        if self.project is not None and self.project.view.get(key) != value:
            self.project.view[key] = value
            self._save_soon.start()

    @Slot()
    def save(self, *, wait: bool = False) -> None:
        """Write ``project.json`` now, outside the window's thread; `wait` for it when closing."""
        self._save_soon.stop()
        if self.project is None:
            return
        self._saver.start(partial(self._write, self.project.folder, self.project.stored()))
        if wait:
            self._saver.waitForDone(5000)

    def _write(self, folder: Path, stored: dict[str, Any]) -> None:
        try:
            write_json(folder / FILE, stored)
        except WorkbenchError as error:
            self.failure.emit(self.tr("The project was not saved"), str(error), "")
        else:
            self.saved.emit()

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
            As in `workbench.data.importing.Recipe`: format, columns, filters, duplicates.
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
        own = (project.folder / "data" / name / "part.npy").exists()
        # Who brings a test file wants it to judge; and where there is none, it cannot.
        if project.split is None or own != (project.split.get("name") == "files"):
            project.split = {"name": "files" if own else "last-n", "settings": {}}
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
        from workbench.data.items import Items

        try:
            self.about = read_json(folder / "data.json")
            self.data = Interactions.open(folder)
            self.items = Items.open(folder)
        except WorkbenchError as error:
            self.data, self.items, self.about = None, None, {}
            self.failure.emit(self.tr("The data could not be opened"), str(error), "")

    @property
    def split(self) -> dict[str, Any] | None:
        """``{"name": …, "settings": {…}}``; None where there is no data yet."""
        return self.project.split if self.project is not None else None

    def set_split(self, name: str, settings: dict[str, Any] | None = None) -> bool:
        """Choose how the data is divided. False where a setting is out of range; a card says which."""
        from workbench.data.splitting import make_split

        if self.project is None:
            return False
        try:
            make_split(name, settings)
        except WorkbenchError as error:
            self.failure.emit(self.tr("This split is not possible"), str(error), "")
            return False
        self.project.split = {"name": name, "settings": dict(settings or {})}
        self.save()
        self.split_changed.emit()
        return True

    @property
    def filters(self) -> list[dict[str, Any]]:
        """Names and settings of the filters that come before the split, in their order."""
        return list(self.project.filters) if self.project is not None else []

    def set_filters(self, filters: list[dict[str, Any]]) -> bool:
        """Choose what is worked with at all. False where a setting is out of range; a card says which."""
        from workbench.data.filtering import make_filters

        if self.project is None:
            return False
        try:
            make_filters(filters)
        except WorkbenchError as error:
            self.failure.emit(self.tr("These filters are not possible"), str(error), "")
            return False
        self.project.filters = [dict(one) for one in filters]
        self.save()
        self.split_changed.emit()
        return True

    # Runs ----------------------------------------------------------------------------------------------------------

    def run(self, run_id: str) -> RunInfo | None:
        """One run by its id."""
        return self.runs.get(run_id)

    def all_runs(self) -> list[RunInfo]:
        """All runs, oldest first."""
        return self.runs.all()

    def records(self, run_id: str) -> list[dict[str, Any]]:
        """All records of a run so far: epoch, epochs, loss, seconds, part (inside an epoch), validation, values."""
        return self.runs.records_of(run_id)

    def queue_run(self, algorithm: str, hyperparameters: dict[str, Any] | None = None, **options: Any) -> str | None:
        """Train an algorithm on the current data, filters and split, when the machine is free; returns the run's id.

        Parameters
        ----------
        options
            ``seed``, ``device``, ``threads``, ``patience``, ``validation_users``, as in `RunSpec`.
        """
        if self.project is None or self.project.data_folder is None or self.split is None:
            self.failure.emit(
                self.tr("Nothing to learn from"), self.tr("Open a ratings file first, on the page Data."), ""
            )
            return None
        try:
            data, options = self.project.data_folder, {"filters": self.filters, **options}
            run_id = self.runs.add(algorithm, hyperparameters or {}, data, self.split, **options)
        except WorkbenchError as error:
            self.failure.emit(self.tr("This run is not possible"), str(error), "")
            return None
        self.select_runs([run_id])
        return run_id

    def pause_run(self, run_id: str) -> None:
        """Let a run wait where it is."""
        self.runs.pause(run_id)

    def unpause_run(self, run_id: str) -> None:
        """Let a paused run go on."""
        self.runs.unpause(run_id)

    def stop_run(self, run_id: str) -> None:
        """End a run and keep the best epoch so far as its model."""
        self.runs.stop(run_id)

    def cancel_run(self, run_id: str) -> None:
        """End a run at once, or take it out of the queue."""
        self.runs.cancel(run_id)

    def resume_run(self, run_id: str) -> None:
        """Go on with a run that ended early, after its last finished epoch."""
        try:
            self.runs.go_on(run_id)
        except WorkbenchError as error:
            self.failure.emit(self.tr("The run cannot go on"), str(error), "")

    def delete_run(self, run_id: str) -> None:
        """Remove a run that is over; `restore_run` brings it back until the project is closed."""
        try:
            self.runs.delete(run_id)
        except WorkbenchError as error:
            self.failure.emit(self.tr("The run was not removed"), str(error), "")
        self.select_runs([one for one in self._selected if one != run_id])

    def restore_run(self, run_id: str) -> None:
        """Bring back a run that was removed."""
        try:
            self.runs.restore(run_id)
        except WorkbenchError as error:
            self.failure.emit(self.tr("The run was not brought back"), str(error), "")

    def describe_run(self, run_id: str, **words: Any) -> None:
        """Give a run a title ("" for its own), tags or a note; kept in its folder."""
        try:
            self.runs.describe(run_id, **words)
        except WorkbenchError as error:
            self.failure.emit(self.tr("What you wrote was not kept"), str(error), "")

    def evaluate(self, run_ids: list[str], *, done: Done | None = None) -> list[Task]:
        """Open the test for some runs, one after another; `run_changed` follows for each."""
        tasks = []
        for info in filter(None, map(self.run, run_ids)):
            title = self.tr("Testing {run}").format(run=info.title)
            task = self.submit("evaluate", {"run": str(info.folder)}, title=title, done=done)
            task.done.connect(partial(self._evaluated, info.id))
            tasks.append(task)
        return tasks

    def _evaluated(self, run_id: str, _result: Any) -> None:
        self.runs.evaluated(run_id)

    def recommend(
        self,
        run_id: str,
        user: str,
        *,
        k: int = 20,
        include_seen: bool = False,
        done: Done | None = None,
        failed: Failed | None = None,
    ) -> Task | None:
        """Ask a run for one user's list; `done` gets ``{"user", "history", "items", "hidden", "known"}``."""
        info = self.run(run_id)
        if info is None:
            return None
        args = {"run": str(info.folder), "user": user, "k": k, "include_seen": include_seen}
        return self.submit("recommend", args, title=self.tr("Recommending"), done=done, failed=failed)

    def export(
        self,
        run_id: str,
        output: Path,
        *,
        users: list[str] | None = None,
        k: int = 10,
        include_seen: bool = False,
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task | None:
        """Write the lists of some users (None: all) to a .csv, .parquet or .jsonl file."""
        info = self.run(run_id)
        if info is None:
            return None
        args = {"run": str(info.folder), "output": str(output), "users": users, "k": k, "include_seen": include_seen}
        title = self.tr("Writing {file}").format(file=output.name)
        return self.submit("export", args, title=title, done=done, failed=failed, progress=progress)

    # Selection -----------------------------------------------------------------------------------------------------

    @property
    def user(self) -> str | None:
        """Id of the selected user."""
        return self._user

    def select_user(self, user: str | None) -> None:
        """Select a user by id."""
        if user != self._user:
            self._user = user
            self._keep_selection()

    @property
    def selected_runs(self) -> list[str]:
        """Ids of the selected runs, the one selected first at the head; those removed since left out."""
        return [one for one in self._selected if self.runs.get(one) is not None]

    @property
    def current_run(self) -> RunInfo | None:
        """The first selected run; without a selection, the newest usable one."""
        for one in self.selected_runs:
            return self.runs.get(one)
        return next((info for info in reversed(self.runs.all()) if info.usable), None)

    def select_runs(self, run_ids: list[str]) -> None:
        """Select runs by id, in order."""
        if run_ids != self._selected:
            self._selected = list(run_ids)
            self._keep_selection()

    def _keep_selection(self) -> None:
        self.set_view("selection", {"user": self._user, "runs": list(self._selected)})
        self.selection_changed.emit()

    # Jobs ----------------------------------------------------------------------------------------------------------

    @property
    def tasks(self) -> list[Task]:
        """Jobs that wait or run."""
        return [*self._long.tasks, *self._quick.tasks, *self._measuring.tasks]

    def submit(
        self,
        job: str,
        args: dict[str, Any],
        *,
        title: str = "",
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task:
        """Let a job of `workbench.jobs` be done outside the window's process.

        Give bound methods of widgets, not lambdas: they are disconnected when the widget goes. Without `failed`, a
        failure is shown as a card.
        """
        task = self._worker(job).submit(job, args, title=title, done=done, failed=failed, progress=progress)
        if failed is None:
            task.failed.connect(partial(self._failed, task.title))
        return task

    def _failed(self, title: str, sentence: str, details: str) -> None:
        self.failure.emit(self.tr("{job} failed").format(job=title), sentence, details)

    def cancel(self, task: Task) -> None:
        """End a job at once; what it was to replace stays as it was."""
        self._worker(task.job).cancel(task)

    def _worker(self, job: str) -> TaskWorker:
        if job == "estimate":
            return self._measuring
        return self._quick if job in QUICK else self._long

    def warm_up(self) -> None:
        """Start the processes that wait for work; called when the window has been painted."""
        self.submit("warm_up", {}, title=self.tr("Getting ready"))
        self._long.start()
        self.runs.prepare()
        self._saver.start(_load_ahead)

    # The sample ----------------------------------------------------------------------------------------------------

    def try_sample(self) -> None:
        """One click from nothing to a first list: project, sample, split, EASE, and the first user's list."""
        if not self.new_project(name=self.tr("MovieLens sample")):
            return
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
        for worker in (self._long, self._quick, self._measuring):
            worker.close()
        self._saver.waitForDone(5000)


def _load_ahead() -> None:
    """Load, beside the window's thread, what it would otherwise wait for at the first click that needs it."""
    import workbench.data.importing
    import workbench.training.run  # noqa: F401
    from workbench.algorithms import all_algorithms
    from workbench.metrics import all_metrics

    for kind in all_algorithms().values():
        kind.model_json_schema()  # pydantic puts off much of its work until it is asked
    all_metrics()


def _first(paths: Path | dict[str, Path]) -> Path:
    return next(iter(paths.values())) if isinstance(paths, dict) else paths
