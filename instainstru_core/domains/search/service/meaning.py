"""Which services a parsed text means. What is needed for that is kept in each process."""

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, Engine

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.policy.meaning import fusion, texts
from instainstru_core.domains.search.policy.meaning.lexicon import Lexicon
from instainstru_core.domains.search.policy.meaning.lookup import Lookup
from instainstru_core.domains.search.policy.meaning.vectors import VectorIndex, index
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.repository import embeddings as repository
from instainstru_core.domains.search.types.embeddings import EmbeddingKind
from instainstru_core.domains.search.types.meaning import Meant, Vectors
from instainstru_core.domains.search.types.parsed import Parsed
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

LOOK_AGAIN_SECONDS = 10.0
"""So old may be what a process knows of the catalog and of the vectors."""

LOAD_SECONDS = 5.0

T = TypeVar("T")


@dataclass(slots=True)
class _Kept(Generic[T]):
    version: Hashable
    value: T
    looked_at: float


class Kept(Generic[T]):
    """What is made from the database, once for each version of it and each process.

    It is looked for a new version every ten seconds; one thread makes it while the others go on
    with what they have.
    """

    def __init__(self) -> None:
        self._by_engine: WeakKeyDictionary[Engine, dict[Hashable, _Kept[T]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(
        self, uow: Uow, key: Hashable, version: Callable[[], Hashable], make: Callable[[], T]
    ) -> T:
        """The value of this key, made anew where `version` changed."""
        by_key = self._of(uow)
        kept = by_key.get(key)
        now = time.monotonic()
        if kept is not None and now - kept.looked_at < LOOK_AGAIN_SECONDS:
            return kept.value
        if not self._lock.acquire(blocking=kept is None):
            assert kept is not None
            return kept.value
        try:
            kept = by_key.get(key)
            if kept is not None and now - kept.looked_at < LOOK_AGAIN_SECONDS:
                return kept.value
            current = version()
            if kept is None or kept.version != current:
                kept = by_key[key] = _Kept(current, make(), now)
            kept.looked_at = now
            return kept.value
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Look again at once."""
        self._by_engine.clear()

    def _of(self, uow: Uow) -> dict[Hashable, _Kept[T]]:
        bind = uow.session.get_bind()
        engine = bind.engine if isinstance(bind, Connection) else bind
        return self._by_engine.setdefault(engine, {})


_lookups: Kept[Lookup] = Kept()
_services: Kept[VectorIndex] = Kept()


def lookup(uow: Uow) -> Lookup:
    """The words of the catalog as it is, at most ten seconds late."""
    return _lookups.get(
        uow, "lookup", lambda: catalog.version(uow), lambda: Lookup(Lexicon(catalog.entries(uow)))
    )


def service_vectors(uow: Uow, embedder: Embedder) -> VectorIndex:
    """The vectors of all services by this model. What is not stored, or stale, a local model makes
    here; of a remote one it is left out until it is rebuilt.
    """
    known = lookup(uow)
    return _services.get(
        uow,
        (embedder.model, embedder.version, id(known)),
        lambda: repository.stamp(uow.session, EmbeddingKind.SERVICE, embedder.model),
        lambda: _loaded(uow, embedder, known.lexicon.entries),
    )


@operation("search.services_meant")
def services_meant(
    uow: Uow,
    parsed: Parsed,
    *,
    embedder: Embedder | None = None,
    vectors: Mapping[str, Vectors] | None = None,
    deadline: Deadline,
) -> Meant:
    """The services that a text means. `vectors` are those of its unclear wishes where the model is
    a remote one, as `flows.embedding` asks for them; a local one is asked here. Without either it
    is the text alone that counts, and the answer says so.
    """
    known = lookup(uow)
    wishes = fusion.unclear(parsed, known)
    if not wishes:
        return fusion.meant(parsed, known, None, {})
    if embedder is None:
        return fusion.meant(parsed, known, None, {}, ("embedding_off",))
    if vectors is None and embedder.is_remote:
        return fusion.meant(parsed, known, None, {}, ("embedding_skipped",))
    try:
        found = vectors or dict(zip(wishes, embedder.embed(wishes, deadline=deadline), strict=True))
        services = service_vectors(uow, embedder)
    except ModelUnavailable as failure:
        return fusion.meant(parsed, known, None, {}, (f"embedding_{failure.use.value}",))
    missing = () if services.subjects else ("embeddings_missing",)
    return fusion.meant(parsed, known, services, found, missing)


def unclear(uow: Uow, parsed: Parsed) -> tuple[str, ...]:
    """The wishes of which text alone is not certain: a remote model is asked for their vectors."""
    return fusion.unclear(parsed, lookup(uow))


def forget() -> None:
    """Forget what this process knows, so that it looks again."""
    _lookups.forget()
    _services.forget()


def _loaded(uow: Uow, embedder: Embedder, entries: tuple[Entry, ...]) -> VectorIndex:
    """What is stored and fresh, and what a local model makes of the rest."""
    wanted = {entry.id: texts.service_text(entry) for entry in entries}
    fresh = {
        row.subject: row.vector
        for row in repository.stored(uow.session, EmbeddingKind.SERVICE, embedder.model)
        if row.version == embedder.version
        and row.subject in wanted
        and row.text_hash == texts.text_hash(wanted[row.subject])
    }
    rows = {subject: np.asarray(vector, dtype=np.float32) for subject, vector in fresh.items()}
    missing = [subject for subject in wanted if subject not in rows]
    if missing and not embedder.is_remote:
        made = embedder.embed(
            [wanted[subject] for subject in missing], deadline=Deadline.within(LOAD_SECONDS)
        )
        rows |= dict(zip(missing, made, strict=True))
    subjects = [subject for subject in wanted if subject in rows]
    return index(
        subjects,
        np.stack([rows[one] for one in subjects])
        if subjects
        else np.empty((0, 0), dtype=np.float32),
    )
