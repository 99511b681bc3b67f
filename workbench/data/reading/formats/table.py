"""Tables of text: a row is a line, with something between its fields."""

from typing import Any

from workbench.data.reading.formats.base.text_format import TextFormat
from workbench.data.reading.text.sample import Sample, one_column


class Table(TextFormat):
    """CSV, TSV and their like; whatever text no other format has recognised."""

    name, title, sentence, order = "table", "interactions", "rows of fields", 1000
    endings = (".csv", ".tsv", ".txt", ".dat", ".data", ".tab", ".inter", ".base", ".test")
    options = ("encoding", "delimiter", "header", "quotes", "comment", "decimal", "thousands")

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any]:
        if not sample.delimiter:
            raise one_column(sample.file)
        return sample.fields
