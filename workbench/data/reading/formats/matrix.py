"""Matrices of text: a line is a user, a column an item."""

from typing import Any

from workbench.data.reading.formats.base.text_format import TextFormat
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.matrices import matrix_of
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.wide import MatrixConverter


class Matrix(TextFormat):
    """Ratings of all users for all items, with gaps."""

    name, title, sentence, order = "matrix", "users by items", "users down, items across", 900
    options = ("encoding", "delimiter", "header", "comment", "decimal", "first", "missing")
    is_wide, columns, names_items = True, ("user", "item", "rating"), True

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        if sample.asked == "table" or not sample.delimiter:
            return None
        grid = sample.grid
        names = grid.rows[0] if grid.header else []
        found = matrix_of(names, grid.below, asked=sample.asked == cls.name)
        return sample.fields | found if found else None

    @classmethod
    def converter(cls, layout: Layout, names: list[str], *, rated: bool = True) -> MatrixConverter:
        return MatrixConverter(layout, len(names), names, rated=rated)
