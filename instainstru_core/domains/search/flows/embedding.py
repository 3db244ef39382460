"""Asking for vectors: of what someone wishes, and of everything that can be found."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.types.meaning import Vectors
from instainstru_core.kernel.deadline import Deadline

MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The vectors of some texts, by text; `reason` says why there are none, where that is so."""

    vectors: dict[str, Vectors] = field(default_factory=dict[str, Vectors])
    reason: str | None = None


class _Key(NamedTuple):
    model: str
    version: str
    text: str


class QueryVectors:
    """The vectors of what was asked for of late in this process."""

    def __init__(self, embedder: Embedder, *, most: int = MOST_KEPT) -> None:
        self.embedder = embedder
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, Vectors] = OrderedDict()

    def of(self, texts: Sequence[str], *, deadline: Deadline) -> Asked:
        """The vectors of these texts. No transaction may be open where the model is remote."""
        found = {text: vector for text in texts if (vector := self._known(text)) is not None}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            try:
                rows = self.embedder.embed(missing, deadline=deadline)
            except ModelUnavailable as failure:
                return Asked({}, f"embedding_{failure.use.value}")
            for text, row in zip(missing, rows, strict=True):
                found[text] = row
                self._keep(text, row)
        return Asked(found)

    def _key(self, text: str) -> _Key:
        return _Key(self.embedder.model, self.embedder.version, text)

    def _known(self, text: str) -> Vectors | None:
        with self._lock:
            vector = self._kept.get(self._key(text))
            if vector is not None:
                self._kept.move_to_end(self._key(text))
            return vector

    def _keep(self, text: str, vector: Vectors) -> None:
        with self._lock:
            self._kept[self._key(text)] = vector
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
