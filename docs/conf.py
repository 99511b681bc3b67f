"""How the documentation is built: ``make docs`` writes it to ``build/docs``; pages of what is declared are made anew."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import reference

from workbench import __version__

project = "Recommender Workbench"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["README.md"]
html_theme = "alabaster"
html_theme_options = {"description": "From a ratings file to a list of recommendations", "page_width": "68rem"}
html_show_sourcelink = False
myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_google_docstring = False


def setup(app):
    """Write the generated pages before anything is read."""
    app.connect("builder-inited", lambda app: reference.write(Path(app.srcdir)))
