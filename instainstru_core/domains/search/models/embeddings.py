"""Where the vectors of what can be searched for are kept."""

from datetime import datetime

from sqlalchemy import REAL
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.search.types.embeddings import EmbeddingKind
from instainstru_core.kernel.db import Base


class Embedding(Base):
    """The vector of one text about a service or an area, by one model. `subject` is an id or a key;
    a subject has a vector for each of its texts, counted by `part`. `text_hash` is that of the text
    it was made from: another hash, model or version makes it stale.
    """

    __tablename__ = "embeddings"

    kind: Mapped[EmbeddingKind] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    text_hash: Mapped[str]
    vector: Mapped[list[float]] = mapped_column(ARRAY(REAL))
    made_at: Mapped[datetime]
