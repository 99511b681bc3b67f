"""A network that reads sequences as an ONNX file, for use without torch."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from torch import Tensor

OPSET = 20
# Rows and positions of the example that is traced; neither is fixed by it.
EXAMPLE = (2, 3)


class Reader(Protocol):
    """What reads sequences, as `next_item.NextItem` does."""

    max_length: int

    def read(self, module: Any, items: "Tensor") -> "Tensor":
        """States (rows, length, …) after each item."""

    def query(self, module: Any, states: "Tensor", users: "Tensor | None") -> "Tensor":
        """Vectors to compare with the items'."""

    def output(self, module: Any) -> "tuple[Tensor, Tensor]":
        """Vectors and biases of the items."""


def write_graph(algorithm: Reader, module: Any, path: Path) -> None:
    """Write what gives scores (rows, n_items) of items int64 (rows, length) and lengths int64 (rows,).

    Raises
    ------
    WorkbenchError
        If the libraries for it are not there.
    """
    import torch

    _check_installed()

    class Scorer(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own = module

        def forward(self, items: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
            states = algorithm.read(self.own, items)
            last = (lengths - 1).reshape(-1, 1, 1).expand(-1, 1, states.shape[2])
            weight, bias = algorithm.output(self.own)
            return torch.addmm(bias, algorithm.query(self.own, states.gather(1, last).squeeze(1), None), weight.T)

    example = torch.zeros(EXAMPLE, dtype=torch.int64), torch.full(EXAMPLE[:1], EXAMPLE[1], dtype=torch.int64)
    rows, length = torch.export.Dim("rows", min=1), torch.export.Dim("length", min=2, max=max(3, algorithm.max_length))
    module.eval()
    with _silent(), torch.no_grad():
        made = torch.onnx.export(
            Scorer().eval(),
            example,
            dynamo=True,
            opset_version=OPSET,
            input_names=["items", "lengths"],
            output_names=["scores"],
            dynamic_shapes=({0: rows, 1: length}, {0: rows}),
            verbose=False,
        )
        assert made is not None
        made.save(str(path), external_data=False)


def _check_installed() -> None:
    try:
        import onnxruntime
        import onnxscript  # noqa: F401
    except ImportError as error:
        message = "To take a network along, onnx and onnxruntime are needed, which are not installed. Install them: "
        raise WorkbenchError(message + "pip install 'recommender-workbench[onnx]'") from error
    assert onnxruntime


@contextmanager
def _silent() -> Iterator[None]:
    """Keep what the exporter tells of itself away from whoever asked for a model."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
