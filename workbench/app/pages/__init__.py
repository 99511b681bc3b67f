"""One file, one page, or one folder where it has parts; no list to edit.

A page is a widget that turns what the `Session` holds into something to look at. It knows the session and no other page.
To add one, add a file with one subclass of `Page`, or a folder whose ``page.py`` has it; the window finds it, and
``python -m workbench.app.preview NAME`` shows it alone, with the sample. What only this page is made of lies beside its
``page.py``; what several pages need lies in the rooms beside ``pages``.
"""

import importlib
import pkgutil

from workbench.app.page import Page


def all_pages() -> list[type[Page]]:
    """Every page, in the order of the sidebar."""
    for entry in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(f"{entry.name}.page" if entry.ispkg else entry.name)
    found = [page for page in Page.__subclasses__() if page.name and page.__module__.startswith(__name__)]
    return sorted(found, key=lambda page: page.order)
