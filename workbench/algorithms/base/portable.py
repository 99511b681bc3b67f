"""What was learned, as a folder for use elsewhere holds it: arrays, and which of the short scripts reads them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Portable:
    """A model without its algorithm.

    Attributes
    ----------
    script : str
        Name of a file in ``resources/bundle/models`` whose ``scores`` gives those of `Algorithm.score`.
    arrays : dict
        What that reads by name; float32 or float64, int32 or int64.
    facts : dict
        Numbers and settings that it reads, as JSON has them.
    user_factors : float32 (n_users, d) or None
        Vectors of people, for models that know them by name; `arrays` gets those of training.
    holds : str
        What a reader of the arrays can find out about people, in a sentence; empty where they are of items alone.
    graph : callable or None
        Writes a network to a path, as ONNX, for scripts that read one.
    """

    script: str
    arrays: dict[str, Array]
    facts: dict[str, Any] = field(default_factory=dict)
    user_factors: Array | None = None
    holds: str = ""
    graph: Callable[[Path], None] | None = None
