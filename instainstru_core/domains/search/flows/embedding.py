"""Asking for vectors: of what someone wishes, and of everything that can be found."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeVar

from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.schemas.embeddings import EmbeddingsRebuilt
from instainstru_core.domains.search.service import embeddings
from instainstru_core.domains.search.types.embeddings import EmbeddingKind
from instainstru_core.domains.search.types.meaning import Vectors
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.uow import Begin

MOST_KEPT = 5_000
BATCH = 250
BATCH_SECONDS = 30.0
REBUILD_SECONDS = 600.0

T = TypeVar("T")


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


def rebuild(
    begin: Begin,
    embedder: Embedder,
    *,
    actor: Actor,
    kind: EmbeddingKind | None = None,
    dry_run: bool = False,
    seconds: float = REBUILD_SECONDS,
    progress: Callable[[int, int], None] | None = None,
) -> EmbeddingsRebuilt:
    """Make the vectors that are missing or stale, of one kind or of all, some at a time, each batch
    kept at once; then forget those that nothing needs any more. `progress` hears how many are
    made, and of how many.

    Raises ModelUnavailable where the model does not answer; what was made until then is kept.
    """
    kinds = tuple(EmbeddingKind) if kind is None else (kind,)
    with begin(actor) as uow:
        left = {one: embeddings.unmade(uow, one, embedder) for one in kinds}
    total, made, forgotten = sum(map(len, left.values())), 0, 0
    deadline = Deadline.within(seconds)
    for one, missing in left.items():
        if dry_run:
            continue
        for some in batched(missing.items(), BATCH):
            texts = [text.words for _, text in some]
            patience = Deadline.within(min(BATCH_SECONDS, deadline.left))
            rows = embedder.embed(texts, deadline=patience)
            with begin(actor) as uow:
                kept = [(part, text, row) for (part, text), row in zip(some, rows, strict=True)]
                made += embeddings.keep(uow, one, embedder, kept)
            if progress is not None:
                progress(made, total)
        with begin(actor) as uow:
            forgotten += embeddings.forget_gone(uow, one, embedder)
    return EmbeddingsRebuilt(
        model=embedder.model,
        version=embedder.version,
        dry_run=dry_run,
        made=made,
        left=total - made,
        forgotten=forgotten,
    )


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, so many at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
