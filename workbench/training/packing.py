"""Arrays that zstd makes much smaller, packed and unpacked without losing a bit.

What neighbours count is a few whole numbers and their quotients: the 1.5 million of item kNN on the sample are 3.4 MB and
not 12.2 MB. Factors are noise to a packer, and stay as they are.
"""

import json
from math import prod

import numpy as np
import pyarrow as pa

from workbench.data.interactions import Array

CODEC, LEVEL = "zstd", 3
MIN_BYTES = 64 << 10  # smaller ones are not worth the time
TRIED_BYTES = 256 << 10  # of an array, by which it is known whether it packs well
WORTH = 0.6  # of its size
MAX_RATIO = 1000  # what says that it is more than so many times as large was not written here
MAX_AXES = 8


def pack(arrays: dict[str, Array]) -> tuple[dict[str, Array], str]:
    """The same arrays, those that pack well as bytes; and what those were, "" where there is none."""
    found = {name: _packed(array) for name, array in arrays.items()}
    told = {name: [arrays[name].dtype.str, arrays[name].shape] for name, packed in found.items() if packed is not None}
    stored = {name: arrays[name] if packed is None else packed for name, packed in found.items()}
    return stored, json.dumps(told, separators=(",", ":"), sort_keys=True) if told else ""


def _packed(array: Array) -> Array | None:
    if array.nbytes < MIN_BYTES:
        return None
    data, codec = array.reshape(-1).view(np.uint8), pa.Codec(CODEC, compression_level=LEVEL)
    middle = (len(data) - min(len(data), TRIED_BYTES)) // 2
    tried = data[middle : middle + TRIED_BYTES]
    if len(codec.compress(tried)) > WORTH * len(tried):
        return None
    packed = np.frombuffer(codec.compress(data), np.uint8)
    return packed if len(data) <= MAX_RATIO * len(packed) else None


def unpack(arrays: dict[str, Array], told: str) -> dict[str, Array]:
    """What `pack` was given; raises ValueError where it cannot have made this."""
    kinds = json.loads(told)
    return arrays | {name: _unpacked(arrays[name], *kinds[name]) for name in kinds}


def _unpacked(packed: Array, kind: str, shape: list[int]) -> Array:
    dtype = np.dtype(kind)
    if dtype.kind not in "fiub" or len(shape) > MAX_AXES or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("it is packed as nothing that is learned")
    size = prod(shape) * dtype.itemsize
    if size > MAX_RATIO * packed.nbytes:
        raise ValueError("it is packed as more than it can be")
    data = pa.Codec(CODEC).decompress(packed.tobytes(), size)
    return np.frombuffer(data, dtype).reshape(shape).copy()  # to be written to, as what was not packed


def shape_of(name: str, stored: list[int], told: str) -> list[int]:
    """The shape of an array that is stored in another one where it is packed."""
    kinds = json.loads(told) if told else {}
    return list(kinds[name][1]) if name in kinds else stored
