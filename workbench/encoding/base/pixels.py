"""Pictures as small arrays of pixels, whatever lies in their files."""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from workbench.control import Control
from workbench.encoding.base.encoder import Refused
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

# No other decoder of Pillow is given a file: some of them start programs.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 50_000_000  # 150 MB in memory
BATCH_PICTURES = 32  # what is made of them on the way stays in the cache of a processor
# What Pillow raises for files that are cut off, lie about their size or are none of these formats.
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, RuntimeError),
    *(AssertionError, AttributeError, struct.error, zlib.error),
)

Pixels = npt.NDArray[np.uint8]
Made = TypeVar("Made")


def batches(
    files: Mapping[str, Path], size: tuple[int, int], refused: Refused, control: Control
) -> Iterator[tuple[list[str], Pixels]]:
    """Ids and pictures, a batch at a time: uint8 (n, height, width, 3); those that cannot be shown are refused.

    Parameters
    ----------
    size
        Width and height in pixels.
    """
    names: list[str] = []
    pixels: list[Pixels] = []
    for done, (name, path) in enumerate(files.items(), 1):
        control.check()
        found = open_picture(path, size)
        if isinstance(found, str):
            refused.add(path.name, found)
        else:
            names.append(name)
            pixels.append(found)
        if len(pixels) == BATCH_PICTURES or (done == len(files) and pixels):
            yield names, np.stack(pixels)
            names, pixels = [], []
            control.progress(done / len(files), f"{len(files):,} pictures")


def open_picture(path: Path, size: tuple[int, int]) -> Pixels | str:
    """A picture in a size, uint8 (height, width, 3); or the reason why it is refused."""

    def sized(image: "Picture") -> Pixels:
        from PIL import Image

        return np.asarray(_plain(image).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0), np.uint8)

    return _opened(path, size, sized)


def thumbnail(path: Path, size: tuple[int, int]) -> bytes | str:
    """A picture that fits into a size, as JPEG; or the reason why it is refused."""

    def packed(image: "Picture") -> bytes:
        small, file = _plain(image), io.BytesIO()
        small.thumbnail(size)
        small.save(file, "JPEG", quality=85)
        return file.getvalue()

    return _opened(path, size, packed)


def _opened(path: Path, size: tuple[int, int], then: "Callable[[Picture], Made]") -> Made | str:
    """What is made of a picture; or the reason why it is refused."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes, which are looked at here, and of odd metadata, which nobody reads
        try:
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    return too_large(image.width, image.height)
                image.draft("RGB", size)  # a JPEG is decoded in an eighth of its size where that is enough
                return then(image)
        except Image.DecompressionBombError:
            return "has more pixels than a picture of an item may have"
        except MemoryError:
            return "needs more memory than there is"
        except BROKEN as error:
            return f"is broken or no picture ({type(error).__name__})"


def none_shown(folder: Path, refused: Refused) -> WorkbenchError:
    """Say that no picture of a folder can be shown."""
    first = refused.examples[0]
    message = f"None of the {refused.number:,} pictures of {folder} can be used; {first['name']} {first['reason']}."
    return WorkbenchError(f"{message} Choose another folder.")


def too_large(width: int, height: int) -> str:
    """Say that a picture has too many pixels."""
    return f"has {width:,} × {height:,} pixels, more than {MAX_PIXELS // 1_000_000} million"


def _plain(image: "Picture") -> "Picture":
    """A picture in red, green and blue, on white where it is transparent."""
    from PIL import Image

    if image.mode == "RGB":
        return image
    if image.mode in ("L", "CMYK", "YCbCr"):
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    return white
