"""SQLite databases."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.data.reading.formats.base.csv_text import header_text, values_text
from workbench.data.reading.formats.base.own_rows import OwnRows, Pieces
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile


class Sqlite(OwnRows):
    """Tables in one file."""

    name, title, sentence = "sqlite", "SQLite", "SQLite database"
    endings, options, table_word = (".sqlite", ".db"), ("table", "decimal", "thousands"), "table"

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        return {} if sample.head.startswith(b"SQLite format 3") else None

    @classmethod
    def pieces(cls, file: SourceFile, layout: Layout) -> Pieces:
        with closing(_connected(file.path)) as database:
            name = cls.chosen_table(layout.table, cls.table_names(file.path), file.path)
            quoted = '"' + name.replace('"', '""') + '"'
            total = database.execute(f"select count(*) from {quoted}").fetchone()[0]  # noqa: S608 - quoted
            cursor = database.execute(f"select * from {quoted}")  # noqa: S608 - quoted
            names = [column[0] for column in cursor.description]
            yield 0.0, header_text(names, file.path)
            yield from values_text(cursor, file.path, max(total, 1), len(names))

    @classmethod
    def table_names(cls, path: Path) -> list[str]:
        with closing(_connected(path)) as database:
            query = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by rowid"
            return [name for (name,) in database.execute(query)]


def _connected(path: Path) -> sqlite3.Connection:
    # Read-only and without a look at the files beside it: nothing of the person's is touched.
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    database.execute("pragma trusted_schema = off")
    database.text_factory = lambda data: data.decode(errors="replace")
    return database
