"""Which file of a zip is meant."""

from pathlib import Path

from workbench.data.reading.formats import endings, is_own_zip
from workbench.data.reading.text.source_file import SourceFile
from workbench.errors import WorkbenchError

# What a file of several is called that holds the interactions.
USUAL_NAMES = ("ratings", "interactions", "u")
OFFICE = ("xl/", "word/", "ppt/", "[Content_Types]")


def packing_of(file: SourceFile) -> str:
    """How a file is packed; a zip that is one format's own is none for us."""
    return "none" if file.packing == "zip" and is_own_zip(file) else file.packing


def members_of(file: SourceFile) -> list[str]:
    """Names of the tables in a zip; of all files where none is called like a table; nothing where it is no zip.

    Raises
    ------
    WorkbenchError
        If it is damaged, or an Office document.
    """
    if packing_of(file) != "zip":
        return []
    names = [entry.filename for entry in file.entries]
    if any(name.startswith(OFFICE) for name in names):
        message = f"{file.name} is an Office document without a sheet. Save its table as CSV and choose that file."
        raise WorkbenchError(message)
    plain = [name for name in names if "__MACOSX" not in name and not Path(name).name.startswith(".")]
    return [name for name in plain if _is_table(name) and "readme" not in name.lower()] or plain


def member_of(file: SourceFile, wanted: str = "") -> str:
    """Name of the file of interactions in a zip; empty where it is no zip.

    Raises
    ------
    WorkbenchError
        If there is none as `wanted`; or none at all, or several and none of them called ratings or interactions.
    """
    members = members_of(file)
    if not members and packing_of(file) != "zip":
        return ""
    if wanted:
        if wanted in {entry.filename for entry in file.entries}:
            return wanted
        message = f"{file.name} holds no file '{wanted}', but {', '.join(members[:5])}."
        raise WorkbenchError(message + " Choose one of them.")
    named = [name for name in members if Path(name).stem.lower() in USUAL_NAMES]
    for candidates in (members, named):
        if len(candidates) == 1:
            return candidates[0]
    if any(_is_table(name) for name in members):
        message = (
            f"{file.name} holds {len(members)} files ({', '.join(members[:5])}). Choose one of them, or unpack it."
        )
    else:
        message = f"{file.name} holds no CSV or other table of text. Unpack it and choose the file of interactions."
    raise WorkbenchError(message)


def _is_table(name: str) -> bool:
    return name.lower().endswith(endings())
