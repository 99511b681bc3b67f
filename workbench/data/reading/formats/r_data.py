"""Files of R: a data frame or a matrix of those that were saved."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from workbench.data.reading.formats.base.own_rows import TELLING_WORDS, OwnRows, Pieces
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile

SCRIPT = Path(__file__).parent / "base" / "r_tables.py"
MAGIC = (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n", b"X\n\0\0\0\2", b"X\n\0\0\0\3")
PIECE_BYTES = 4 << 20


class RData(OwnRows):
    """What ``save`` and ``saveRDS`` write."""

    name, title, sentence, order = "r", "R", "R data", 16
    endings, options, table_word = (".rdata", ".rda", ".rds"), ("table",), "object"

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        return {} if sample.head.startswith(MAGIC) else None

    @classmethod
    def pieces(cls, file: SourceFile, layout: Layout) -> Pieces:
        if layout.table:
            cls.chosen_table(layout.table, cls.table_names(file.path), file.path)
        command = _command(file.path, layout.table, *TELLING_WORDS)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            if process.stdout is None or process.stderr is None:
                raise ValueError
            while piece := process.stdout.read(PIECE_BYTES):
                yield 0.0, piece
            if process.wait():
                raise ValueError(_last_line(process.stderr.read()))

    @classmethod
    def table_names(cls, path: Path) -> list[str]:
        done = subprocess.run(_command(path), capture_output=True, check=False)
        if done.returncode:
            raise ValueError(_last_line(done.stderr))
        return list(json.loads(done.stdout))


def _command(path: Path, *asked: str) -> list[str]:
    return [sys.executable, "-I", str(SCRIPT), str(path.absolute()), *asked]


def _last_line(text: bytes) -> str:
    return text.decode(errors="replace").strip().rpartition("\n")[2]
