"""Models that a person brings: libraries that run them are an extra, and nothing is fetched."""

import importlib
from pathlib import Path
from types import ModuleType

from workbench.errors import WorkbenchError


def library(name: str) -> ModuleType:
    """A library of the extra ``onnx``; raises WorkbenchError where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"{name} is not installed ({error}). Install it: pip install 'recommender-workbench[onnx]'."
        raise WorkbenchError(message) from error


def unusable(path: Path, reason: str) -> WorkbenchError:
    """Say that a model cannot make vectors."""
    words = " ".join(reason.split())[:200].rstrip(". ")
    return WorkbenchError(f"{path.name} cannot make vectors: {words}. Choose another model.")
