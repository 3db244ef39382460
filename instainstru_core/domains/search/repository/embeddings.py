"""Queries over the vectors of what can be searched for."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
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

WRITE = text(
    """
    INSERT INTO embeddings (kind, subject, part, model, version, text_hash, vector, made_at)
    SELECT :kind, given.subject, given.part, :model, :version, given.text_hash,
           given.vector::real[], :made_at
    FROM unnest(cast(:subjects AS text[]), cast(:parts AS int[]), cast(:hashes AS text[]),
                cast(:vectors AS text[]))
         AS given (subject, part, text_hash, vector)
    ON CONFLICT (kind, subject, part, model) DO UPDATE
    SET version = excluded.version, text_hash = excluded.text_hash, vector = excluded.vector,
        made_at = excluded.made_at
    """
)
FORGET = text(
    """
    DELETE FROM embeddings
    WHERE kind = :kind
      AND (model <> :model
           OR (subject, part) NOT IN (
               SELECT kept.subject, kept.part
               FROM jsonb_to_recordset(:parts) AS kept (subject text, part int)))
    RETURNING subject
    """
).bindparams(bindparam("parts", type_=JSONB))


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


class Made(NamedTuple):
    """A vector that is to be kept."""

    part: Part
    text_hash: str
    vector: list[float]


def write(
    session: Session,
    kind: EmbeddingKind,
    model: str,
    *,
    version: str,
    made_at: datetime,
    rows: Sequence[Made],
) -> None:
    """Keep these vectors, instead of older ones of the same texts, in one statement."""
    session.execute(
        WRITE,
        {
            "kind": kind.value,
            "model": model,
            "version": version,
            "made_at": made_at,
            "subjects": [row.part.subject for row in rows],
            "parts": [row.part.at for row in rows],
            "hashes": [row.text_hash for row in rows],
            "vectors": ["{" + ",".join(map(str, row.vector)) + "}" for row in rows],
        },
    )


def forget_others(session: Session, kind: EmbeddingKind, model: str, parts: Iterable[Part]) -> int:
    """Forget the vectors of other models, and of texts that are gone; how many."""
    kept = [{"subject": one.subject, "part": one.at} for one in parts]
    gone = session.execute(FORGET, {"kind": kind.value, "model": model, "parts": kept})
    return len(gone.all())
