"""The vectors of what can be searched for: which are kept, which are missing, and all of them."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.search.policy.meaning import texts
from instainstru_core.domains.search.policy.meaning.texts import Part, Text
from instainstru_core.domains.search.policy.meaning.vectors import VectorIndex, index
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.domains.search.repository import embeddings as repository
from instainstru_core.domains.search.schemas.embeddings import EmbeddingsStatus, KindStatus
from instainstru_core.domains.search.service.keeping import Kept
from instainstru_core.domains.search.types.embeddings import EmbeddingKind
from instainstru_core.domains.search.types.meaning import Vectors
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

LOAD_SECONDS = 5.0
DECIMALS = 6
"""As many as tell two vectors apart; more would only be written."""

_indexes: Kept[VectorIndex] = Kept()


def wanted(uow: Uow, kind: EmbeddingKind) -> dict[Part, Text]:
    """Everything of this kind that should have a vector, with its text."""
    if kind is EmbeddingKind.SERVICE:
        return _of_services(catalog.entries(uow))
    return _parts(
        {
            key: texts.area_texts(place.name, place.borough.value if place.borough else "")
            for key, place in regions.gazetteer(uow).areas.items()
        }
    )


def vectors(uow: Uow, kind: EmbeddingKind, embedder: Embedder) -> VectorIndex:
    """The vectors of all of this kind by this model, at most ten seconds late. What is not stored,
    or stale, a local model makes here; of a remote one it is left out until it is rebuilt.
    """
    return _indexes.get(
        uow,
        (kind, embedder.model, embedder.version),
        lambda: (
            repository.stamp(uow.session, kind, embedder.model),
            catalog.version(uow) if kind is EmbeddingKind.SERVICE else None,
        ),
        lambda: _loaded(uow, kind, embedder),
    )


def vectors_of(entries: Sequence[Entry], embedder: Embedder) -> VectorIndex:
    """The vectors of these services, all made here by the model, without a database."""
    rows = _made(embedder, _of_services(entries))
    return index([(part.subject, row) for part, row in rows.items()], embedder.scale)


def unmade(uow: Uow, kind: EmbeddingKind, embedder: Embedder) -> dict[Part, Text]:
    """Those whose vector is missing or stale, with their texts."""
    require(uow.actor, Permission.CATALOG_MANAGE)
    held = repository.held(uow.session, kind, embedder.model)
    return {
        part: text
        for part, text in wanted(uow, kind).items()
        if not _is_fresh(held.get(part), text, embedder)
    }


def keep(
    uow: Uow,
    kind: EmbeddingKind,
    embedder: Embedder,
    made: Sequence[tuple[Part, Text, Vectors]],
) -> int:
    """Keep these vectors; how many."""
    require(uow.actor, Permission.CATALOG_MANAGE)
    repository.write(
        uow.session,
        kind,
        embedder.model,
        version=embedder.version,
        made_at=uow.now,
        rows=[repository.Made(part, text.hash, _rounded(vector)) for part, text, vector in made],
    )
    return len(made)


def forget_gone(uow: Uow, kind: EmbeddingKind, embedder: Embedder) -> int:
    """Forget the vectors of other models and of what is no longer there; how many. Only once all
    of this model are made: until then a process may still use the others.
    """
    require(uow.actor, Permission.CATALOG_MANAGE)
    return repository.forget_others(uow.session, kind, embedder.model, wanted(uow, kind))


@operation("search.embeddings_status")
def embeddings_status(uow: Uow, embedder: Embedder) -> EmbeddingsStatus:
    """How much of what can be searched for has a fresh vector by the model in use."""
    require(uow.actor, Permission.OPERATIONS_READ)
    return EmbeddingsStatus(
        model=embedder.model,
        version=embedder.version,
        is_remote=embedder.is_remote,
        kinds=[_status(uow, kind, embedder) for kind in EmbeddingKind],
    )


def forget() -> None:
    """Forget what this process knows, so that it looks again."""
    _indexes.forget()


def _of_services(entries: Iterable[Entry]) -> dict[Part, Text]:
    return _parts({entry.id: texts.service_texts(entry) for entry in entries})


def _parts(named: Mapping[str, Sequence[str]]) -> dict[Part, Text]:
    return {
        Part(subject, at): Text(text)
        for subject, parts in named.items()
        for at, text in enumerate(parts)
    }


def _rounded(vector: Vectors) -> list[float]:
    rounded: list[float] = np.round(vector.astype(np.float64), DECIMALS).tolist()
    return rounded


def _status(uow: Uow, kind: EmbeddingKind, embedder: Embedder) -> KindStatus:
    held = repository.held(uow.session, kind, embedder.model)
    texts_of = wanted(uow, kind)
    fresh = [part for part, text in texts_of.items() if _is_fresh(held.get(part), text, embedder)]
    missing = [part for part in texts_of if part not in held]
    made = [one.made_at for one in held.values()]
    return KindStatus(
        kind=kind,
        wanted=len(texts_of),
        fresh=len(fresh),
        missing=len(missing),
        stale=len(texts_of) - len(fresh) - len(missing),
        coverage=round(len(fresh) / len(texts_of), 4) if texts_of else 1.0,
        other_models=repository.other_models(uow.session, kind, embedder.model),
        last_made_at=max(made) if made else None,
    )


def _is_fresh(held: repository.Held | None, text: Text, embedder: Embedder) -> bool:
    return held is not None and (held.version, held.text_hash) == (embedder.version, text.hash)


def _loaded(uow: Uow, kind: EmbeddingKind, embedder: Embedder) -> VectorIndex:
    """What is stored and fresh, and what a local model makes of the rest."""
    texts_of = wanted(uow, kind)
    rows: dict[Part, Vectors] = {
        part: np.asarray(stored.vector, dtype=np.float32)
        for part, stored in repository.stored(uow.session, kind, embedder.model).items()
        if part in texts_of and _is_fresh(stored.held, texts_of[part], embedder)
    }
    if not embedder.is_remote:
        rows |= _made(embedder, {part: text for part, text in texts_of.items() if part not in rows})
    return index([(part.subject, rows[part]) for part in texts_of if part in rows], embedder.scale)


def _made(embedder: Embedder, missing: Mapping[Part, Text]) -> dict[Part, Vectors]:
    if not missing:
        return {}
    deadline = Deadline.within(LOAD_SECONDS)
    rows = embedder.embed([text.words for text in missing.values()], deadline=deadline)
    return dict(zip(missing, rows, strict=True))
