"""The base of all encoders, and what they give."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from workbench.control import Control
from workbench.data.side_files.vector_files import Vectors

MAX_EXAMPLES = 100


@dataclass
class Refused:
    """What could not be encoded: how many, and the first of them with the reason."""

    number: int = 0
    examples: list[dict[str, str]] = field(default_factory=list)

    def add(self, name: str, reason: str) -> None:
        """Count one."""
        self.number += 1
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append({"name": name, "reason": reason})


@dataclass(frozen=True, eq=False)
class Encoded:
    """Vectors of items.

    Attributes
    ----------
    ids
        Of the items, each once (n,).
    vectors
        float32 (n, dimensions), finite.
    refused
        What is not among them.
    words
        Names of the dimensions or the like, for people; may be empty.
    """

    ids: Sequence[str]
    vectors: Vectors
    refused: Refused
    words: Sequence[str] = ()

    def report(self) -> dict[str, Any]:
        """What is told of it."""
        return {
            "items": len(self.ids),
            "dimensions": int(self.vectors.shape[1]),
            "refused_count": self.refused.number,
            "refused": self.refused.examples,
        }


class Encoder(BaseModel):
    """Base of all encoders; its fields are settings, declared like hyperparameters.

    Class attributes (declared by each file)
    -----------------------------------
    name : what it is called
    title, sentence : how the help calls it, and what its numbers say
    reads : ``pictures``, ``texts`` or ``sounds``: the option of the command line that names the folder or file
    order : its place among the encoders
    model : what a model that it runs is, in words; None where it needs none
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    name: ClassVar[str]
    title: ClassVar[str]
    sentence: ClassVar[str]
    reads: ClassVar[str]
    order: ClassVar[int] = 100
    model: ClassVar[str | None] = None

    def encode(self, source: Path, control: Control) -> Encoded:
        """Make a vector for each item of a folder or file; raises WorkbenchError where it holds none."""
        raise NotImplementedError
