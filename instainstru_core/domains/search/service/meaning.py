"""Which services a parsed text means. What is needed for that is kept in each process."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.policy.meaning import fusion
from instainstru_core.domains.search.policy.meaning.lexicon import Lexicon
from instainstru_core.domains.search.policy.meaning.lookup import Lookup
from instainstru_core.domains.search.policy.meaning.vectors import VectorIndex
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.service import embeddings
from instainstru_core.domains.search.service.keeping import Kept
from instainstru_core.domains.search.types.embeddings import EmbeddingKind
from instainstru_core.domains.search.types.meaning import Meant, Vectors
from instainstru_core.domains.search.types.parsed import Parsed
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

_lookups: Kept[Lookup] = Kept()


def lookup(uow: Uow) -> Lookup:
    """The words of the catalog as it is, at most ten seconds late."""
    return _lookups.get(
        uow, "lookup", lambda: catalog.version(uow), lambda: _lookup(catalog.entries(uow))
    )


def lexicon(uow: Uow) -> Lexicon:
    """The same as it is now, for whatever is made from it and kept as long as it stays so."""
    return _lookup(catalog.entries(uow)).lexicon


@lru_cache(maxsize=1)
def _lookup(entries: tuple[Entry, ...]) -> Lookup:
    """Two databases with the same catalog have one."""
    return Lookup(Lexicon(entries))


def service_vectors(uow: Uow, embedder: Embedder) -> VectorIndex:
    """The vectors of all services by this model, which is ready then."""
    embedder.prepare()
    return embeddings.vectors(uow, EmbeddingKind.SERVICE, embedder)


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
    return meant_by(
        lookup(uow),
        parsed,
        lambda model: service_vectors(uow, model),
        embedder=embedder,
        vectors=vectors,
        deadline=deadline,
    )


def meant_by(
    known: Lookup,
    parsed: Parsed,
    services_of: Callable[[Embedder], VectorIndex],
    *,
    embedder: Embedder | None = None,
    vectors: Mapping[str, Vectors] | None = None,
    deadline: Deadline,
) -> Meant:
    """The same with the words of any catalog, and the vectors of its services by a model."""
    wishes = fusion.unclear(parsed, known)
    if not wishes:
        return fusion.meant(parsed, known, None, {})
    if embedder is None:
        return fusion.meant(parsed, known, None, {}, ("embedding_off",))
    if vectors is None and embedder.is_remote:
        return fusion.meant(parsed, known, None, {}, ("embedding_skipped",))
    try:
        found = vectors or dict(zip(wishes, embedder.embed(wishes, deadline=deadline), strict=True))
        services = services_of(embedder)
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
    embeddings.forget()
