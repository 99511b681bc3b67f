"""Arrow files, Feather among them."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from workbench.data.reading.formats.base.csv_text import BATCH_ROWS, arrow_text, header_text
from workbench.data.reading.formats.base.own_rows import OwnRows, Pieces
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile

FEATHER_1 = b"FEA1"


class Arrow(OwnRows):
    """Columns with types as they lie in memory; the first version of Feather is another format inside."""

    name, title, sentence = "arrow", "Arrow", "Arrow or Feather"
    endings, options = (".feather", ".arrow"), ("decimal", "thousands")

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        return {} if sample.head.startswith((b"ARROW1", FEATHER_1)) else None

    @classmethod
    def pieces(cls, file: SourceFile, layout: Layout) -> Pieces:
        with pa.memory_map(str(file.path)) as source:
            batches, names, total = _batches(source, file)
            yield 0.0, header_text(names, file.path)
            for number, batch in enumerate(batches):
                batch.validate(
                    full=True
                )  # Arrow believes what such a file says of itself, and would read beyond its end
                for start in range(0, batch.num_rows, BATCH_ROWS):
                    part = batch.slice(start, BATCH_ROWS)
                    share = (number + (start + part.num_rows) / batch.num_rows) / total
                    yield share, arrow_text(part.columns)

    @classmethod
    def arrow_table(cls, file: SourceFile) -> pa.Table:
        from pyarrow import feather

        return feather.read_table(file.path)


def _batches(source: Any, file: SourceFile) -> tuple[Iterable[Any], list[str], int]:
    """Batches of rows, names of columns, and how many batches there are, one at least."""
    if source.read(4) == FEATHER_1:
        from pyarrow import feather

        table = feather.read_table(file.path)
        return table.to_batches(), table.schema.names, max(len(table.to_batches()), 1)
    source.seek(0)
    opened = pa.ipc.open_file(source)
    number = opened.num_record_batches
    return (opened.get_batch(at) for at in range(number)), opened.schema.names, max(number, 1)
