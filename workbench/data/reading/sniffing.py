"""How a file is laid out, guessed from its first 64 KiB, so that it takes the same moment for any size."""

from pathlib import Path
from typing import Any

from workbench.data.reading.archives import member_of, packing_of
from workbench.data.reading.formats import all_formats
from workbench.data.reading.text.beginning import beginning
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import SAMPLE_BYTES, Sample
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.data.reading.text.text_source import opened
from workbench.errors import WorkbenchError


def sniff(path: Path | SourceFile, known: dict[str, Any] | None = None) -> Layout:
    """Guess how a file is laid out from its first 64 KiB: the first format that recognises it says.

    Parameters
    ----------
    known
        Fields of `Layout` that the person has said: they are kept, and the rest is guessed by them.

    Raises
    ------
    WorkbenchError
        If it cannot be read, or is no table with two columns or more.
    """
    file, known = look_at(path), dict(known or {})
    if file.size == 0:
        message = (
            f"{file.name} is empty. Choose a file with a user, an item and perhaps a rating and a time in each row."
        )
        raise WorkbenchError(message)
    packing, member = packing_of(file), member_of(file, known.pop("member", ""))
    known.pop("compression", None)
    with opened(file, "latin-1", packing, member) as source:
        sample = Sample(file, beginning(source.raw_pieces(SAMPLE_BYTES), SAMPLE_BYTES), known, member)
    for name, kind in all_formats().items():
        found = kind.recognise(sample)
        if found is not None:
            packed = {"kind": name, "compression": packing, "member": member}
            return Layout.model_validate(packed | found | kind.heeded(known))
    raise AssertionError("the last format takes or refuses every file")
