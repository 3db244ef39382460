"""Vectors of words that come with a package: no network, no key, a fraction of a millisecond.

The weights are those in the wordllama wheel, read directly: its own loader looks for them on the
network. A text is the mean of the vectors of its pieces.
"""

import json
import os
import re
import weakref
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instainstru_core.adapters.word_pieces import WordPieces
from instainstru_core.domains.search.policy.meaning.vectors import unit
from instainstru_core.domains.search.types.meaning import Vectors
from instainstru_core.kernel.deadline import Deadline

PACKAGE = "wordllama"
WEIGHTS = "weights/l2_supercat_256.safetensors"
TOKENS = "tokenizers/l2_supercat_tokenizer_config.json"
HEAD_BYTES = 8
TYPES = {"F16": np.float16}
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
POOLING = 2
"""Raised whenever texts are turned into vectors in another way."""


class Weights:
    """The one tensor of a file in the format of safetensors, a row for each piece of a word.

    Rows are read when they are asked for, a microsecond each: the system keeps the file, once for
    all processes, and no process holds the 16 MB that all of them take. One is for all threads and
    for forked processes too, since nothing of it moves. Its file is closed when nobody has it.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(HEAD_BYTES), "little")
            head: dict[str, Any] = json.loads(file.read(length))
        (tensor,) = (told for name, told in head.items() if name != "__metadata__")
        begins, _ = tensor["data_offsets"]
        self._type = np.dtype(TYPES[tensor["dtype"]])
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._file)
        self._begins = HEAD_BYTES + length + begins
        self.width: int = tensor["shape"][1]

    def rows(self, numbers: Sequence[int]) -> NDArray[np.float32]:
        """The rows with these numbers, in this order. Raises EOFError where there is no such."""
        found = np.empty((len(numbers), self.width), self._type)
        size = found.strides[0]
        for place, number in enumerate(numbers):
            if os.preadv(self._file, [found[place]], self._begins + number * size) != size:
                raise EOFError(f"{number} of {PACKAGE}")
        return found.astype(np.float32)


class WordVectors:
    """Implements search.ports.Embedder. What it reads is read when first used."""

    def __init__(self) -> None:
        self._loading = Lock()
        self._weights: Weights | None = None

    @property
    def model(self) -> str:
        return "wordllama-l2-supercat-256"

    @property
    def version(self) -> str:
        return f"{version_of(PACKAGE)}/{POOLING}"

    @property
    def is_remote(self) -> bool:
        return False

    @property
    def scale(self) -> tuple[float, float]:
        return 0.35, 0.85

    def embed(self, texts: Sequence[str], *, deadline: Deadline) -> Vectors:  # noqa: ARG002 - it takes no time
        """The mean of the vectors of the pieces of each text, at length 1. Nothing is known of a
        text without a Latin letter: its pieces are letters, alike in all words of a script.
        """
        pieces, weights = self._loaded()
        rows = np.zeros((len(texts), weights.width), dtype=np.float32)
        for place, text in enumerate(texts):
            ids = pieces.of(text) if LATIN.search(text) else ()
            if ids:
                rows[place] = weights.rows(ids).mean(axis=0)
        return unit(rows)

    def prepare(self) -> None:
        """Read how words are cut: a quarter of a second."""
        self._loaded()

    def close(self) -> None:
        """Leave the file; it is opened again when it is needed."""
        with self._loading:
            self._weights = None

    def _loaded(self) -> tuple[WordPieces, Weights]:
        with self._loading:
            if self._weights is None:
                self._weights = Weights(file_of(WEIGHTS))
            return _pieces(), self._weights


@cache
def _pieces() -> WordPieces:
    """How words are cut, which is the same for all who ask: read once in a process."""
    return WordPieces(file_of(TOKENS))


def file_of(name: str) -> Path:
    """A file of the package, which is only found, not imported: that would take 10 MB."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(PACKAGE)
    return Path(found.origin).parent / name
