"""What comes next for lessons, and what staff may do about them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.bookings.policy.agenda import Step
from instainstru_core.domains.bookings.types import DueKind, StaffMove


class OutlookView(BaseModel):
    """What the rules say of one lesson at this moment."""

    model_config = ConfigDict(frozen=True)

    chain_id: str
    booking_id: str = Field(description="The booking of the lesson that counts now.")
    step: Step | None = Field(description="What is due now; null while it waits, or is over.")
    step_cents: int
    due_at: datetime | None = Field(description="Until when it waits at most.")
    due_kind: DueKind | None = Field(description="What it waits for.")
    hold_at: datetime | None = Field(description="When the card's part is to be held.")
    charge_at: datetime | None = Field(description="When the amount is to be taken.")
    is_under_way: bool = Field(description="Whether a call to the provider is open.")
    staff_may: list[StaffMove]
