"""How it stands with the vectors of what can be searched for."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.search.types.embeddings import EmbeddingKind


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class KindStatus(_View):
    """The vectors of one kind of thing. Each has several texts, and a vector for each of them."""

    kind: EmbeddingKind
    wanted: int = Field(description="Texts that should have a vector.")
    fresh: int
    missing: int
    stale: int = Field(description="Vectors of another version, or of a text that changed.")
    coverage: float = Field(description="The share that is fresh, from 0 to 1.")
    other_models: int = Field(description="Vectors of models that are not in use.")
    last_made_at: datetime | None


class EmbeddingsStatus(_View):
    """The vectors of the model in use."""

    model: str
    version: str
    is_remote: bool
    kinds: list[KindStatus]


class EmbeddingsRebuilt(_View):
    """What a rebuild did, or would do."""

    model: str
    version: str
    dry_run: bool
    made: int
    left: int = Field(description="Texts that still have no fresh vector.")
    forgotten: int
