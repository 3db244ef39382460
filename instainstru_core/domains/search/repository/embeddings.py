"""Queries over the vectors of what can be searched for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, not_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.search.models.embeddings import Embedding
from instainstru_core.domains.search.policy.meaning.texts import Part
from instainstru_core.domains.search.types.embeddings import EmbeddingKind


class Held(NamedTuple):
    """What a vector was made from."""

    version: str
    text_hash: str
    made_at: datetime


class Stored(NamedTuple):
    """A vector as it is kept."""

    held: Held
    vector: list[float]


STAMP = select(func.count(), func.max(Embedding.made_at)).where(
    Embedding.kind == bindparam("kind"), Embedding.model == bindparam("model")
)
_COLUMNS = (
    Embedding.subject,
    Embedding.part,
    Embedding.version,
    Embedding.text_hash,
    Embedding.made_at,
)
HELD = select(*_COLUMNS).where(
    Embedding.kind == bindparam("kind"), Embedding.model == bindparam("model")
)
STORED = select(*_COLUMNS, Embedding.vector).where(
    Embedding.kind == bindparam("kind"), Embedding.model == bindparam("model")
)
OTHERS = (
    select(func.count())
    .select_from(Embedding)
    .where(Embedding.kind == bindparam("kind"), Embedding.model != bindparam("model"))
)


def stamp(session: Session, kind: EmbeddingKind, model: str) -> str:
    """Changes whenever a vector of this model is written or forgotten."""
    count, last = session.execute(STAMP, {"kind": kind, "model": model}).one()
    return f"{count}:{last.isoformat() if last else ''}"


def stored(session: Session, kind: EmbeddingKind, model: str) -> dict[Part, Stored]:
    """The vectors of one model."""
    found = session.execute(STORED, {"kind": kind, "model": model})
    return {Part(*row[:2]): Stored(Held(*row[2:5]), row[5]) for row in found}


def held(session: Session, kind: EmbeddingKind, model: str) -> dict[Part, Held]:
    """What the vectors of one model were made from."""
    found = session.execute(HELD, {"kind": kind, "model": model})
    return {Part(*row[:2]): Held(*row[2:5]) for row in found}


def other_models(session: Session, kind: EmbeddingKind, model: str) -> int:
    """How many vectors there are of other models."""
    return session.scalar(OTHERS, {"kind": kind, "model": model}) or 0


def write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep these vectors, instead of older ones of the same subjects, in one statement."""
    if not rows:
        return
    statement = insert(Embedding).values(list(rows))
    names = ("version", "text_hash", "vector", "made_at")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "subject", "part", "model"],
            set_={name: statement.excluded[name] for name in names},
        )
    )


def forget_others(session: Session, kind: EmbeddingKind, model: str, parts: Sequence[Part]) -> int:
    """Forget the vectors of other models, and of texts that are gone; how many."""
    gone = session.scalars(
        delete(Embedding)
        .where(
            Embedding.kind == kind,
            not_(
                and_(
                    Embedding.model == model,
                    tuple_(Embedding.subject, Embedding.part).in_([tuple(one) for one in parts]),
                )
            ),
        )
        .returning(Embedding.subject)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
