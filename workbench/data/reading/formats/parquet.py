"""Parquet files."""

from typing import Any

import pyarrow as pa

from workbench.data.reading.formats.base.csv_text import BATCH_ROWS, arrow_text, header_text
from workbench.data.reading.formats.base.own_rows import OwnRows, Pieces
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile, bomb

# More rows for each byte of a file than this are no data.
MAX_ROWS, MAX_ROWS_A_BYTE = 100_000_000, 100


class Parquet(OwnRows):
    """Columns with types, as Spark, pandas and Arrow write them."""

    name, title, sentence = "parquet", "Parquet", "Parquet"
    endings, options = (".parquet",), ("decimal", "thousands")

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        return {} if sample.head.startswith(b"PAR1") else None

    @classmethod
    def pieces(cls, file: SourceFile, layout: Layout) -> Pieces:
        import pyarrow.parquet as pq

        with pq.ParquetFile(file.path) as parquet:
            header = header_text(parquet.schema_arrow.names, file.path)
            total, done = parquet.metadata.num_rows, 0
            if total > MAX_ROWS and total > MAX_ROWS_A_BYTE * file.size:
                raise bomb(file.path)
            yield 0.0, header
            for batch in parquet.iter_batches(BATCH_ROWS):
                batch.validate(full=True)
                done += batch.num_rows
                yield done / total, arrow_text(batch.columns)

    @classmethod
    def arrow_table(cls, file: SourceFile) -> pa.Table:
        import pyarrow.parquet as pq

        return pq.read_table(file.path)
