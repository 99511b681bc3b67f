"""One copy of the same data on a disk: the files of a new data folder become further names of equal ones beside it.

A file of a data folder is written once and never changed; what is written anew is another file (`workbench.files`). So
several folders may name one file, and each of them can be removed, or moved away, and the others lose nothing.
"""

import filecmp
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from workbench.data.checked import LOOKED_AT, is_checked, note_all_checked
from workbench.data.data_file import FILE, read_about
from workbench.errors import WorkbenchError
from workbench.files import link_file
from workbench.owned import is_owned
from workbench.project import FILE as PROJECT

SHARED = (*LOOKED_AT, "pictures.arrow")
RUN = "run.json"  # what a folder holds that is a run
MAX_NEIGHBOURS = 200  # data folders that are looked at, the newest first


def share_files(folder: Path, place: Path) -> None:
    """Let the files of whole data be those of the same data beside it, byte for byte, where the disk can do that.

    Parameters
    ----------
    folder
        Where the data lies now.
    place
        Where it is going to lie: ``project/data/NAME``, or ``runs/RUN/data``.
    """
    data_hash = read_about(folder)["hash"]
    twins = [twin for twin in _neighbours(folder, place) if _hash_of(twin) == data_hash]
    known = [twin for twin in twins if is_checked(twin, data_hash)]
    shared = [_share(folder / name, [twin / name for twin in twins]) for name in SHARED if (folder / name).exists()]
    if any(shared):
        note_all_checked(known, data_hash)  # a further name changes what the system tells of a file


def _neighbours(folder: Path, place: Path) -> Iterator[Path]:
    """Data of the same project, or of the runs beside a run, with as many interactions; the newest first."""
    above = place.parent.parent
    projects = [around for around in (above, above.parent) if (around / PROJECT).is_file()]
    found = {data for around in projects for data in around.glob(f"data/*/{FILE}")}
    found |= {run.parent / place.name / FILE for run in above.glob(f"*/{RUN}")}
    for twin in (file.parent for file in sorted(found, key=_written, reverse=True)[:MAX_NEIGHBOURS]):
        if not is_owned(twin) and not is_owned(twin.parent) and _size(twin) == _size(folder):
            yield twin


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # removed since
        return 0.0


def _size(folder: Path) -> int:
    try:
        return (folder / "user.npy").stat().st_size
    except OSError:
        return -1


def _hash_of(folder: Path) -> str:
    try:
        return read_about(folder).get("hash") or ""
    except WorkbenchError:
        return ""


def _share(file: Path, others: list[Path]) -> bool:
    """Make a file a further name of the first of the others that is the same and as much this person's own."""
    return any(_is_same(file, other) and link_file(other, file) for other in others)


def _is_same(file: Path, other: Path) -> bool:
    try:
        return _nature(file) == _nature(other) and filecmp.cmp(file, other, shallow=False)
    except OSError:  # removed since, or not to be read
        return False


def _nature(file: Path) -> tuple[bool, int, int, int, int]:
    """What kind of file it is, whose, who may do what with it, and its size."""
    about = file.lstat()
    return stat.S_ISREG(about.st_mode), about.st_mode, about.st_uid, about.st_gid, about.st_size


def link_or_copy(source: str, target: str) -> None:
    """For `shutil.copytree`: a further name for what is never changed, a copy of everything else."""
    if Path(source).name not in SHARED or Path(source).is_symlink() or not link_file(Path(source), Path(target)):
        shutil.copy2(source, target)
