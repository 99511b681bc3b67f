"""Pictures by an ONNX model of a person's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from workbench.control import Control
from workbench.data.side_files.vector_files import Vectors
from workbench.data.side_files.vectors import PICTURES
from workbench.declaring import hyperparameter
from workbench.encoding.base.encoder import Encoded, Encoder
from workbench.encoding.base.folder import files_by_item
from workbench.encoding.base.own_model import library, unusable
from workbench.encoding.base.pixels import Pixels, batches, none_shown

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SIDE = 224  # pixels, where a model takes any
MAX_SIDE, MAX_DIMENSIONS, RANK = 2048, 100_000, 4
# Mean and spread of red, green and blue that models were trained with, of values from 0 to 1.
SCALES = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "zero-to-one": ((0, 0, 0), (1, 1, 1)),
    "minus-one-to-one": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "bytes": ((0, 0, 0), (1 / 255, 1 / 255, 1 / 255)),
}


class PictureModel(Encoder):
    """What a network of a person's own says of each picture: its first output, averaged over places where it has them."""

    name, title, reads, order = "picture-model", "ONNX picture model", "pictures", 2
    model = "an .onnx file"
    sentence = "What an ONNX network of yours says of each picture."

    encoder: Path = hyperparameter(..., "Model", "The .onnx file.", advanced=True)
    scale: Literal["imagenet", "zero-to-one", "minus-one-to-one", "bytes"] = hyperparameter(
        "imagenet", "Scale", "How the network was given red, green and blue."
    )

    def encode(self, source: Path, control: Control) -> Encoded:
        network = Network(self.encoder, self.scale)
        files, refused = files_by_item(source, PICTURES, "pictures")
        ids: list[str] = []
        parts: list[Vectors] = []
        for names, pixels in batches(files, network.size, refused, control):
            found = network.vectors(pixels)
            good = np.asarray(np.isfinite(found).all(axis=1), bool).reshape(-1)
            for at in np.flatnonzero(~good):
                refused.add(files[names[at]].name, "is given values by the model that are no numbers")
            ids += [name for name, fine in zip(names, good, strict=True) if fine]
            parts.append(found[good])
        if not ids:
            raise none_shown(source, refused)
        return Encoded(ids, np.concatenate(parts), refused)


class Network:
    """An ONNX network with one input, a batch of pictures in red, green and blue.

    Raises
    ------
    WorkbenchError
        If onnxruntime is not installed, the file is damaged, or the network takes something else.
    """

    def __init__(self, path: Path, scale: str) -> None:
        self.path = path
        self._session = self._open()
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or len(inputs[0].shape) != RANK or inputs[0].type not in ("tensor(float)", "tensor(uint8)"):
            said = "; ".join(f"{one.name}: {one.type} {one.shape}" for one in inputs)
            raise unusable(
                path, f"it takes {said or 'nothing'}, not one batch of pictures (float, [N, 3, height, width])"
            )
        self._name, self._bytes = inputs[0].name, inputs[0].type == "tensor(uint8)"
        shape = [one if isinstance(one, int) and one > 0 else None for one in inputs[0].shape]
        self._last = shape[3] == 3 and shape[1] != 3  # noqa: PLR2004 - colours stand behind, as in TensorFlow
        high, wide, colours = (shape[1], shape[2], shape[3]) if self._last else (shape[2], shape[3], shape[1])
        if colours not in (3, None) or max(high or 1, wide or 1) > MAX_SIDE:
            raise unusable(path, f"it takes pictures of the shape {inputs[0].shape}, not [N, 3, height, width]")
        self.size = (wide or high or SIDE, high or wide or SIDE)
        self._batch = shape[0]
        mean, spread = (np.array(values, np.float32) for values in SCALES[scale])
        self._mean, self._spread = mean, spread

    def _open(self) -> "InferenceSession":
        runtime = library("onnxruntime")
        if not self.path.is_file():
            raise unusable(self.path, "it is not there, or no file")
        options = runtime.SessionOptions()
        options.log_severity_level = 4  # what it says is told in the sentence
        try:
            return runtime.InferenceSession(str(self.path), options, providers=["CPUExecutionProvider"])
        except _failures() as error:
            raise unusable(self.path, f"onnxruntime says: {error}") from error

    def vectors(self, pixels: Pixels) -> Vectors:
        """What the network says of pictures, uint8 (n, height, width, 3) to float32 (n, d)."""
        batch = self._batch or len(pixels)
        found = [self._run(pixels[at : at + batch], batch) for at in range(0, len(pixels), batch)]
        return np.concatenate(found)

    def _run(self, pixels: Pixels, batch: int) -> Vectors:
        n = len(pixels)
        if n < batch:  # the network takes no fewer
            pixels = np.concatenate([pixels, np.repeat(pixels[-1:], batch - n, axis=0)])
        values = pixels if self._bytes else (pixels.astype(np.float32) / 255 - self._mean) / self._spread
        values = values if self._last else values.transpose(0, 3, 1, 2)
        try:
            given = self._session.run(None, {self._name: np.ascontiguousarray(values)})[0]
        except _failures() as error:
            raise unusable(self.path, f"onnxruntime says: {error}") from error
        return self._flat(np.asarray(given), batch)[:n]

    def _flat(self, given: np.ndarray, batch: int) -> Vectors:
        """A row for each picture; where an answer has places (a map, or tokens), their mean."""
        wrong = given.ndim not in (2, 3, RANK) or len(given) != batch or given.dtype.kind not in "fiu"
        if not wrong and given.ndim == RANK:
            given = given.mean(axis=(1, 2) if self._last else (2, 3))
        elif not wrong and given.ndim == 3:  # noqa: PLR2004 - pictures, tokens, dimensions
            given = given.mean(axis=1)
        if wrong or not 0 < given.shape[1] <= MAX_DIMENSIONS:
            raise unusable(self.path, f"its answer has the shape {given.shape}, not a row of numbers for each picture")
        return given.astype(np.float32)


def _failures() -> tuple[type[Exception], ...]:
    """What onnxruntime raises; its classes have no base of their own."""
    state = library("onnxruntime.capi.onnxruntime_pybind11_state")
    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile", "NotFound", "NotImplemented")
    own = (getattr(state, name) for name in (*names, "NoModel", "EPFail", "EngineError", "RuntimeException"))
    return (*own, RuntimeError, ValueError, TypeError, OSError)
