"""Small pictures of items, decoded here and not in the window: a picture that hangs or breaks harms no window."""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.control import Control
from workbench.data.side_files.vectors import open_pictures
from workbench.encoding.base.pixels import thumbnail
from workbench.training.run import Run

Json = dict[str, Any]
SIZE = (96, 144)  # pixels, width and height; a list shows them smaller, on any screen
MAX_ITEMS = 200


def thumbnails(run: str, items: list[str], control: Control) -> Json:
    """Pictures of some items of a run's data.

    Returns
    -------
    dict
        ``any``: whether pictures came along with the data; ``pictures``: JPEG in base64 by the id of an item, none for
        items whose picture cannot be shown.
    """
    found = _pictures(Run.open(Path(run)).data_folder)
    if found is None:
        return {"any": False, "pictures": {}}
    asked = items[:MAX_ITEMS]
    where = pc.index_in(pa.array(asked, pa.string()), value_set=found["id"].cast(pa.string()))
    paths = found["path"].take(where).to_pylist()
    shown: dict[str, str] = {}
    for item, path in zip(asked, paths, strict=True):
        control.check()
        small = small_picture(path) if path else None
        if small is not None:
            shown[item] = base64.b64encode(small).decode()
    return {"any": True, "pictures": shown}


@lru_cache(maxsize=2)
def _pictures(data: Path) -> pa.Table | None:
    """Ids and paths of a data folder, which does not change."""
    return open_pictures(data)


@lru_cache(maxsize=1000)
def small_picture(path: str) -> bytes | None:
    """A picture as JPEG; None where it is not there any more, is broken, or leads out of its folder."""
    file = Path(path)
    try:
        inside = not file.is_symlink() or file.resolve().is_relative_to(file.parent.resolve())
        small = thumbnail(file, SIZE) if inside and file.is_file() else ""
    except OSError:
        return None
    return small if isinstance(small, bytes) else None
