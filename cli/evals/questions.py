"""The questions of `evals/questions.yaml`, read and checked."""

from enum import StrEnum
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from devstack.places import ROOT
from mcp_server.tool import PREFIX

PATH = ROOT / "evals" / "questions.yaml"


class Batch(StrEnum):
    """Whether a question was written before what it tests, while that was written, or later by
    somebody who had not seen how the others fared.
    """

    BLIND = "blind"
    TUNED = "tuned"
    FRESH = "fresh"


class ToolQuestion(BaseModel):
    """What somebody asks, which tools answer it, and arguments that must be among those given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask: str
    tool: list[str] = Field(min_length=1)
    args: dict[str, Any] = {}
    batch: Batch

    @field_validator("tool", mode="before")
    @classmethod
    def _several(cls, given: str | list[str]) -> list[str]:
        names = [given] if isinstance(given, str) else given
        return [name if name.startswith(PREFIX) else PREFIX + name for name in names]


class MetricQuestion(BaseModel):
    """A question about a metric; or one that no metric answers, which is to be refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask: str
    metric: str | None = None
    refuse: bool = False
    percentile: int | None = None
    filters: dict[str, str] = {}
    top: int | None = None
    batch: Batch

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.refuse == (self.metric is not None):
            msg = f"{self.ask}: either a metric or a refusal"
            raise ValueError(msg)
        return self


class Questions(BaseModel):
    """All of them."""

    model_config = ConfigDict(frozen=True)

    tools: list[ToolQuestion]
    metrics: list[MetricQuestion]


def load() -> Questions:
    """The questions as they are committed. Raises pydantic.ValidationError on nonsense."""
    document: dict[str, dict[str, list[dict[str, Any]]]] = yaml.load(
        PATH.read_text("utf-8"), yaml.CSafeLoader
    )
    return Questions.model_validate(
        {
            kind: [{**one, "batch": batch} for batch, found in batches.items() for one in found]
            for kind, batches in document.items()
        }
    )
