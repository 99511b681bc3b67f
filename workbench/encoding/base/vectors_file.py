"""Vectors as a file that an import of vectors reads."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.encoding.base.encoder import Encoded
from workbench.errors import WorkbenchError
from workbench.files import whole_file

ENDINGS = (".npy", ".parquet")


def check_ending(path: Path) -> None:
    """Raise WorkbenchError where vectors are not written under such a name."""
    if path.suffix.lower() not in ENDINGS:
        message = f"{path.name} does not end in {' or '.join(ENDINGS)}. Call it {path.stem or 'vectors'}.npy."
        raise WorkbenchError(message)
    if path.is_dir():
        raise WorkbenchError(f"{path} is a folder. Name a file to write.")


def write_encoded(path: Path, encoded: Encoded) -> list[Path]:
    """Write ``.npy`` with the ids in ``NAME.ids.txt`` beside it, or one ``.parquet``; gives what was written.

    Raises
    ------
    WorkbenchError
        If the file cannot be written, or an id has more than one line, which a text file cannot hold.
    """
    check_ending(path)
    if path.suffix.lower() == ".parquet":
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(encoded.vectors.ravel()), encoded.vectors.shape[1])
        with whole_file(path) as part:
            pq.write_table(pa.table({"item": pa.array(encoded.ids, pa.string()), "vector": vectors}), part)
        return [path]
    broken = next((name for name in encoded.ids if len(name.splitlines()) > 1 or name.endswith(("\n", "\r"))), None)
    if broken is not None:
        message = f"The id {broken!r} has more than one line. Write the vectors to {path.stem}.parquet instead."
        raise WorkbenchError(message)
    beside = path.with_suffix(".ids.txt")
    with whole_file(beside) as part:
        part.write_text("".join(f"{name}\n" for name in encoded.ids), encoding="utf-8", newline="\n")
    with whole_file(path) as part, part.open("wb") as file:
        np.save(file, encoded.vectors)
    return [path, beside]
