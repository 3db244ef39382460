"""What all commands and views of observability share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Promql = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
MomentWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
WindowWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Command(BaseModel):
    """What a caller may say, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """A view is built once and never changes. A figure that is no number becomes null."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null")
