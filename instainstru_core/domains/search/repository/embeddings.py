"""Queries over the vectors of what can be searched for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, not_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.search.models.embeddings import Embedding
from instainstru_core.domains.search.types.embeddings import EmbeddingKind


class Stored(NamedTuple):
    """A vector as it is kept."""

    subject: str
    version: str
    text_hash: str
    vector: list[float]


class Held(NamedTuple):
    """What a vector was made from."""

    subject: str
    version: str
    text_hash: str
    made_at: datetime


STAMP = select(func.count(), func.max(Embedding.made_at)).where(
    Embedding.kind == bindparam("kind"), Embedding.model == bindparam("model")
)
OF_MODEL = select(
    Embedding.subject, Embedding.version, Embedding.text_hash, Embedding.vector
).where(Embedding.kind == bindparam("kind"), Embedding.model == bindparam("model"))
HELD = select(Embedding.subject, Embedding.version, Embedding.text_hash, Embedding.made_at).where(
    Embedding.kind == bindparam("kind"), Embedding.model == bindparam("model")
)


def stamp(session: Session, kind: EmbeddingKind, model: str) -> str:
    """Changes whenever a vector of this model is written or forgotten."""
    count, last = session.execute(STAMP, {"kind": kind, "model": model}).one()
    return f"{count}:{last.isoformat() if last else ''}"


def stored(session: Session, kind: EmbeddingKind, model: str) -> list[Stored]:
    """The vectors of one model."""
    found = session.execute(OF_MODEL, {"kind": kind, "model": model})
    return [Stored(*row) for row in found]


def held(session: Session, kind: EmbeddingKind, model: str) -> dict[str, Held]:
    """What the vectors of one model were made from, by subject."""
    found = session.execute(HELD, {"kind": kind, "model": model})
    return {row[0]: Held(*row) for row in found}


def write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep these vectors, instead of older ones of the same subjects, in one statement."""
    if not rows:
        return
    statement = insert(Embedding).values(list(rows))
    names = ("version", "text_hash", "vector", "made_at")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "subject", "model"],
            set_={name: statement.excluded[name] for name in names},
        )
    )


def forget_others(
    session: Session, kind: EmbeddingKind, model: str, subjects: Sequence[str]
) -> int:
    """Forget the vectors of other models, and of subjects that are gone; how many."""
    gone = session.scalars(
        delete(Embedding)
        .where(
            Embedding.kind == kind,
            not_(and_(Embedding.model == model, Embedding.subject.in_(subjects))),
        )
        .returning(Embedding.subject)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
