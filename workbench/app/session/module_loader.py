"""Modules that a project needs, loaded beside the UI thread before somebody waits for them."""

import sys

from PySide6.QtCore import QObject, QThreadPool, Signal

# Seconds after which the thread that loads modules lets the UI thread go on, which asks often.
SWITCH_SECONDS = 0.001
PATIENCE_MS = 5000  # milliseconds that closing waits for the thread


class ModuleLoader(QObject):
    """Loads them once, in a thread of its own."""

    loaded = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = QThreadPool(self)
        self._threads.setMaxThreadCount(1)

    def start(self) -> None:
        """Begin; `loaded` follows."""
        self._threads.start(self._load)

    def close(self) -> None:
        """Wait for what is being loaded."""
        self._threads.waitForDone(PATIENCE_MS)

    def _load(self) -> None:
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            load_modules()
        finally:
            sys.setswitchinterval(usual)
            self.loaded.emit()


def load_modules() -> None:
    """Import what a project needs, and let the declarations be read."""
    import filelock  # noqa: F401 - a project is opened under a lock

    import workbench.data.importing.importer
    import workbench.data.overview.word_index
    import workbench.evaluation.comparable
    import workbench.searching.search_folder  # noqa: F401
    from workbench.algorithms import all_algorithms
    from workbench.data.filtering import all_filters
    from workbench.data.reading.formats import all_formats
    from workbench.data.splitting import all_splits
    from workbench.declaring import schema_of
    from workbench.jobs import all_jobs
    from workbench.metrics import all_metrics
    from workbench.training.run import package_versions

    for kind in all_algorithms().values():
        schema_of(kind)  # pydantic puts off much of its work until it is asked
    package_versions()  # the click on Train would wait for it
    for find in (all_filters, all_formats, all_jobs, all_metrics, all_splits):
        find()
