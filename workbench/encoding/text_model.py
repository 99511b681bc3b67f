"""Texts by a static model of a person's own: a vector for each token, as model2vec writes it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.control import Control
from workbench.data.side_files.vector_files import Vectors
from workbench.declaring import hyperparameter
from workbench.encoding.base.column import TextColumn, text_column
from workbench.encoding.base.encoder import Encoded, Refused
from workbench.encoding.base.own_model import library, unusable
from workbench.errors import WorkbenchError
from workbench.files import readable_errors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENS, TENSORS, CONFIG = "tokenizer.json", "model.safetensors", "config.json"
MAX_TEXT_CHARS = 20_000
MAX_CONFIG_BYTES = 1_000_000


class TextModel(TextColumn):
    """The mean of the vectors of a text's tokens, by a folder with ``tokenizer.json`` and ``model.safetensors``."""

    name, title, reads, order = "text-model", "Static text model", "texts", 2
    model = "a folder with tokenizer.json and model.safetensors"
    sentence = "The mean vector of the tokens of each text, by a folder of yours as model2vec writes it."

    encoder: Path = hyperparameter(..., "Model", "The folder of the model.", advanced=True)

    def encode(self, source: Path, control: Control) -> Encoded:
        model = StaticModel(self.encoder)
        ids, texts = text_column(source, self.column, self.id_column)
        refused = Refused()
        found: dict[str, Vectors] = {}
        for at, (name, text) in enumerate(zip(ids, texts, strict=True)):
            if at % 256 == 0:
                control.check()
                control.progress(at / len(ids), f"{len(ids):,} texts")
            vector = model.vector(text)
            if vector is None:
                refused.add(name, "has no token that the model knows")
            else:
                found[name] = vector
        if not found:
            raise unusable(self.encoder, f"it knows no token of the {len(ids):,} texts")
        return Encoded(list(found), np.stack(list(found.values())), refused)


class StaticModel:
    """A vector for each token of a vocabulary.

    Raises
    ------
    WorkbenchError
        If the folder lacks a file, one is damaged, or they do not fit each other.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise WorkbenchError(
                f"There is no folder {folder}. Name the folder of a model with {TOKENS} and {TENSORS}."
            )
        for name in (TOKENS, TENSORS):
            if not (folder / name).is_file():
                raise unusable(folder, f"it has no file {name}")
        self._tokens = _tokenizer(folder / TOKENS)
        tensors = _tensors(folder / TENSORS)
        self._vectors = tensors.get("embeddings", tensors.get("embedding.weight"))
        if self._vectors is None or self._vectors.ndim != 2:  # noqa: PLR2004 - tokens and dimensions
            raise unusable(folder, f"{TENSORS} has no table 'embeddings' with a row for each token")
        size = self._tokens.get_vocab_size(with_added_tokens=True)
        # Where a model has fewer vectors than tokens, `mapping` says which token has which.
        self._row = tensors.get("mapping", np.arange(len(self._vectors))).astype(np.int64)
        self._weight = tensors.get("weights", np.ones(len(self._row), np.float32)).astype(np.float32)
        if self._row.shape != (size,) or self._weight.shape != (size,):
            raise unusable(folder, f"{TENSORS} is for {len(self._row):,} tokens, {TOKENS} has {size:,}")
        if self._row.min(initial=0) < 0 or self._row.max(initial=0) >= len(self._vectors):
            raise unusable(folder, f"{TENSORS} maps tokens to rows that are not there")
        self._normalize = bool(_config(folder / CONFIG).get("normalize", True))
        unknown = getattr(self._tokens.model, "unk_token", None)
        self._unknown = None if unknown is None else self._tokens.token_to_id(unknown)

    def vector(self, text: str) -> Vectors | None:
        """The vector of a text, float32 (d,); None where no token is known or the mean is no number."""
        ids = self._tokens.encode(text[:MAX_TEXT_CHARS], add_special_tokens=False).ids
        known = np.array([one for one in ids if one != self._unknown], np.int64)
        if not len(known):
            return None
        assert self._vectors is not None
        rows = self._vectors[self._row[known]].astype(np.float32)
        mean = (rows * self._weight[known, None]).mean(axis=0)
        length = np.linalg.norm(mean)
        if not np.isfinite(length):
            return None
        return np.asarray(mean / length if self._normalize and length > 0 else mean, np.float32)


def _tokenizer(path: Path) -> "Tokenizer":
    tokenizers = library("tokenizers")
    with readable_errors(path):
        text = path.read_bytes()
    try:
        found: Tokenizer = tokenizers.Tokenizer.from_buffer(text)
    except Exception as error:
        if type(error) not in (Exception, ValueError, TypeError):  # the library raises nothing narrower
            raise
        raise unusable(path, f"it is no tokenizer ({error})") from error
    found.no_truncation()
    found.no_padding()
    return found


def _tensors(path: Path) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        with readable_errors(path):
            return load_file(path)
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        raise unusable(path, f"it is damaged or holds numbers of another kind ({error})") from error


def _config(path: Path) -> dict[str, Any]:
    """What a model says of itself; nothing where there is no such file."""
    if not path.is_file():
        return {}
    with readable_errors(path), path.open("rb") as file:
        text = file.read(MAX_CONFIG_BYTES)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WorkbenchError(f"{path} is damaged ({error}). Get the model again.") from error
    return found if isinstance(found, dict) else {}
