"""Commands in, views out."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.background_checks.types import CheckStatus


class StartCheck(BaseModel):
    """A person who wants to teach agrees to be checked."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"consent": True}]}
    )

    consent: Literal[True] = Field(
        description="That the person has read the disclosure and agrees to the check."
    )


class BackgroundCheckView(BaseModel):
    """Where the latest check of a person is."""

    model_config = ConfigDict(frozen=True)

    status: CheckStatus | None = Field(description="Null when none was ever ordered.")
    is_clear: bool = Field(description="Whether it lets a profile be live now.")
    ordered_at: datetime | None
    completed_at: datetime | None
    valid_until: datetime | None = Field(description="From when on a clear check counts no more.")
    url: str | None = Field(
        default=None, description="Where the person goes on; told when it is started."
    )


class StaffCheckView(BackgroundCheckView):
    """The same with the provider's ids, to find it in the provider's dashboard."""

    candidate_id: str | None
    invitation_id: str | None
    report_id: str | None
