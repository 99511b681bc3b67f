"""What is to be doubted of a reading: of a whole file, or of its beginning before it is read."""

from typing import Any

from workbench.data.doubts import Evidence, doubts_of
from workbench.data.feedback.rules import Feedback
from workbench.data.importing import roles
from workbench.data.importing.import_report import Report
from workbench.data.importing.recipes import Recipe
from workbench.data.interactions import Interactions
from workbench.data.reading.first_rows import Preview

SAMPLE_ROWS = 1000
Json = dict[str, Any]


def doubts_about(
    shown: Preview,
    recipe: Recipe,
    data: Interactions,
    report: Report,
    problem: str | None = None,
    *,
    is_whole: bool = True,
) -> list[Json]:
    """The doubts about a reading, as plain values.

    Parameters
    ----------
    shown
        The first rows of the file.
    data, report
        What was read, and the account of it.
    problem
        Why the file looks like no table of interactions, where the columns were guessed.
    is_whole
        Whether they are of the whole file and not of its beginning alone.
    """
    told = {_called(each, shown): each for each in recipe.feedback}
    seen = Evidence(
        shown=shown,
        at=roles.positions(recipe.columns, shown),
        data=data,
        rows=report.rows,
        kept=report.kept,
        refused=report.refused_count,
        repeated=report.duplicates,
        written=recipe.time,
        duplicates=recipe.duplicates,
        rating_as=recipe.rating_as,
        ids=recipe.ids,
        reasons=report.reasons,
        problem=problem,
        is_whole=is_whole,
        counts=roles.counts_of(shown, recipe.columns.rating),
        feedback={name: each for name, each in told.items() if not each.guessed},
        guessed={name: each for name, each in told.items() if each.guessed},
        named={name: report.named.get(str(each.column), []) for name, each in told.items()},
    )
    return [doubt.plain() for doubt in doubts_of(seen)]


def _called(feedback: Feedback, shown: Preview) -> str:
    """The column of feedback as the command line calls it."""
    at = roles.position(feedback.column, shown)
    return shown.names[at] if shown.format.header else str(at)
