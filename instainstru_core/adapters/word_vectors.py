"""Vectors of words that come with a package: no network, no key, a fraction of a millisecond.

The weights are those in the wordllama wheel, read directly: its own loader looks for them on the
network. A text is the mean of the vectors of its pieces.
"""

import json
from collections.abc import Sequence
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
POOLING = 1
"""Raised whenever texts are turned into vectors in another way."""


class WordVectors:
    """Implements search.ports.Embedder. What it reads is read when first used."""

    def __init__(self) -> None:
        self._loading = Lock()
        self._pieces: WordPieces | None = None
        self._weights: NDArray[np.float16] | None = None

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
        """The mean of the vectors of the pieces of each text, at length 1."""
        pieces, weights = self._loaded()
        rows = np.zeros((len(texts), weights.shape[1]), dtype=np.float32)
        for place, text in enumerate(texts):
            ids = pieces.of(text)
            if ids:
                rows[place] = weights[ids].astype(np.float32).mean(axis=0)
        return unit(rows)

    def prepare(self) -> None:
        """Load the weights: a quarter of a second."""
        self._loaded()

    def close(self) -> None:
        """Nothing was opened."""

    def _loaded(self) -> tuple[WordPieces, NDArray[np.float16]]:
        with self._loading:
            if self._weights is None or self._pieces is None:
                self._pieces = WordPieces(_file(TOKENS))
                self._weights = _stored()
            return self._pieces, self._weights


def _file(name: str) -> Path:
    """A file of the package, which is only found, not imported: that would take 10 MB."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(PACKAGE)
    return Path(found.origin).parent / name


def _stored() -> NDArray[np.float16]:
    """The only tensor of the file, a row for each piece of a word, as the system maps it: only rows
    that are used take memory, once for all processes. First in the file stand the length of its
    head, 8 bytes, and the head, which says where the tensor is.
    """
    path = _file(WEIGHTS)
    with path.open("rb") as file:
        length = int.from_bytes(file.read(HEAD_BYTES), "little")
        head: dict[str, Any] = json.loads(file.read(length))
    (tensor,) = (told for name, told in head.items() if name != "__metadata__")
    begins, _ = tensor["data_offsets"]
    return np.memmap(
        path,
        dtype=TYPES[tensor["dtype"]],
        mode="r",
        offset=HEAD_BYTES + length + begins,
        shape=tuple(tensor["shape"]),
    )
