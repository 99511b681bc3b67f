"""What a person is told that a job does."""

from PySide6.QtCore import QCoreApplication


def job_title(job: str) -> str:
    """Words for a job of `workbench.jobs`; "Working" for one that has none."""
    titles = {
        "preview": _tr("Reading the first rows"),
        "import": _tr("Reading the file"),
        "duplicates": _tr("Looking for duplicates"),
        "filter": _tr("Filtering the data"),
        "split": _tr("Dividing the data"),
        "density": _tr("Counting for the matrix"),
        "evaluate": _tr("Opening the test"),
        "compare": _tr("Comparing runs"),
        "segments": _tr("Measuring parts of the users"),
        "gains": _tr("Comparing users"),
        "overlap": _tr("Comparing lists"),
        "overlaps": _tr("Comparing lists"),
        "waterfall": _tr("Comparing users"),
        "waterfall_users": _tr("Comparing users"),
        "waterfall_file": _tr("Writing the figures of users"),
        "parts": _tr("Measuring parts of the users"),
        "recommend": _tr("Recommending"),
        "explain": _tr("Looking for reasons"),
        "similar": _tr("Looking for similar items"),
        "what_if": _tr("Recommending"),
        "reorder": _tr("Reordering the list"),
        "kinds_of_users": _tr("Looking for users"),
        "similar_users": _tr("Looking for users"),
        "faithfulness": _tr("Checking reasons"),
        "find_items": _tr("Looking for items"),
        "find_users": _tr("Looking for users"),
        "item_story": _tr("Looking at the item"),
        "item_map": _tr("Drawing the map"),
        "curves": _tr("Reading curves"),
        "estimate": _tr("Measuring what it takes"),
        "export": _tr("Writing lists"),
        "first_lines": _tr("Writing the first lines"),
        "report": _tr("Writing the report"),
        "metrics": _tr("Writing metrics"),
        "plots": _tr("Writing pictures"),
        "script": _tr("Writing the script"),
        "warm_up": _tr("Getting ready"),
    }
    return titles.get(job, _tr("Working"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Jobs", text)
