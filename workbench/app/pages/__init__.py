"""One folder, one page; no list to edit.

A page is a widget that turns what the `Session` holds into something to look at. It knows the session and no other page.
To add one, add a folder whose ``page.py`` has one subclass of `Page`; the window finds it, and
``python -m workbench.app.preview NAME`` shows it alone, with the sample. What only this page is made of lies beside its
``page.py``; what several pages need lies in the rooms beside ``pages``.
"""

import importlib
import pkgutil

from workbench.app.page import Page


def all_pages() -> list[type[Page]]:
    """Every page, in the order of the sidebar."""
    for folder in pkgutil.iter_modules(__path__, f"{__name__}."):
        if folder.ispkg:
            importlib.import_module(f"{folder.name}.page")
    found = [page for page in Page.__subclasses__() if page.name and page.__module__.startswith(__name__)]
    return sorted(found, key=lambda page: page.order)
