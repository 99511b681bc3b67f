"""One page alone, with the sample: ``python -m workbench.app.preview compare``."""

import argparse
import os
import sys

from workbench.app.main import build
from workbench.app.pages import all_pages
from workbench.app.platform_guard import refuse_bad_qt
from workbench.app.session.sample import try_sample
from workbench.app.shell.window import MainWindow
from workbench.owned import temporary_folder


class _Preview:
    """Turns to the previewed page when the sample is there."""

    def __init__(self, window: MainWindow, name: str) -> None:
        self._window, self._name = window, name

    def show(self, _wanted: str) -> None:
        self._window.session.page_requested.disconnect(self.show)
        self._window.show_page(self._name)


def preview_page(name: str) -> int:
    """Show one page alone, with the sample, in a project that is thrown away afterwards; returns the exit status."""
    with temporary_folder() as folder:
        os.environ["RECWB_HOME"] = str(folder)
        refuse_bad_qt()
        app, window = build()
        window.show()
        if name != "home":
            try_sample(window.session)
            window.session.page_requested.connect(_Preview(window, name).show)
        return int(app.exec())


def main(arguments: list[str] | None = None) -> int:
    """Show the page that is named; returns the exit status."""
    parser = argparse.ArgumentParser("python -m workbench.app.preview", description="Show one page with the sample.")
    parser.add_argument("page", choices=[page.name for page in all_pages()], help="the page to show")
    return preview_page(parser.parse_args(arguments).page)


if __name__ == "__main__":
    sys.exit(main())
