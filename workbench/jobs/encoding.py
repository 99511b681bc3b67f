"""Vectors of items, made from what a person has."""

from pathlib import Path

from workbench.control import Control
from workbench.jobs.job import Json, job


@job("encode", title="Making vectors", lane="background")
def encode(reads: str, source: str, output: str, control: Control) -> Json:
    """Make vectors from a folder of pictures or sounds, or from what a file of items says, and write them to a file."""
    from workbench.encoding import encoder_for
    from workbench.encoding.base.column import likely_column
    from workbench.encoding.base.vectors_file import check_ending, write_encoded

    path = Path(output)
    check_ending(path)
    settings = {"column": likely_column(Path(source))} if reads == "texts" else {}
    encoded = encoder_for(reads, None, settings).encode(Path(source), control)
    write_encoded(path, encoded)
    return {"output": output, **settings, **encoded.report()}
