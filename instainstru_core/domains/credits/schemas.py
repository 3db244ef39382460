"""Commands in, views out."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.credits.types import AdjustmentReason, CreditSource, TopUpState
from instainstru_core.kernel.ids import ID_PATTERN

MAX_ADJUSTMENT = 100_000
MIN_TOP_UP, MAX_TOP_UP = 1_000, 50_000
RowId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
]


class CreditView(BaseModel):
    """One issue of credit, and where its cents are."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: CreditSource
    reference: str | None = Field(description="What it was issued for, such as a lesson.")
    issued_cents: int
    available_cents: int = Field(description="What may be spent, unless the lot is frozen.")
    reserved_cents: int = Field(description="Set aside for lessons that are booked.")
    consumed_cents: int = Field(description="Spent on lessons.")
    forfeited_cents: int = Field(description="Lost by cancelling late.")
    expired_cents: int
    revoked_cents: int
    is_frozen: bool = Field(description="Whether a dispute keeps it from being spent.")
    issued_at: datetime
    expires_at: datetime | None = Field(description="Null when it never ends.")
    note: str | None = Field(default=None, description="Why staff issued it. For staff only.")


class WalletView(BaseModel):
    """What a person may spend besides a card."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    currency: str
    available_cents: int = Field(description="What may be spent on the next lesson.")
    reserved_cents: int = Field(description="Set aside for lessons that are booked.")
    frozen_cents: int = Field(description="Kept from being spent until a dispute ends.")
    expiring_soon_cents: int = Field(description="What of it ends within 30 days.")
    next_expires_at: datetime | None = Field(description="When some of it ends first.")
    lots: list[CreditView] = Field(
        description="What is available or reserved, in the order in which it is spent; the first"
        " 100."
    )


class CreditAdjustment(BaseModel):
    """A change of somebody's credit by staff."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "cents": 2_000,
                    "reason_code": "goodwill",
                    "note": "The video room did not open for ten minutes.",
                }
            ]
        },
    )

    cents: int = Field(
        ge=-MAX_ADJUSTMENT,
        le=MAX_ADJUSTMENT,
        description="Positive issues credit that lives a year; negative takes it from what is"
        " available, the earliest to expire first. Not zero.",
    )
    reason_code: AdjustmentReason
    note: Note = Field(description="What happened, for staff.")


class AdjustCredit(CreditAdjustment):
    """The same, for this person."""

    user_id: str


class AdjustedLot(BaseModel):
    """What an adjustment does to one lot."""

    model_config = ConfigDict(frozen=True)

    lot_id: str | None = Field(description="Null in the preview of a new lot.")
    cents: int
    expires_at: datetime | None


class AdjustmentView(BaseModel):
    """What an adjustment did, or would do."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    cents: int
    available_before_cents: int
    available_after_cents: int
    lots: list[AdjustedLot]
    is_preview: bool = Field(description="Whether nothing was changed.")


class BuyCredit(BaseModel):
    """A wish to buy credit with a card."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"cents": 5_000}]}
    )

    cents: int = Field(ge=MIN_TOP_UP, le=MAX_TOP_UP)
    payment_method_id: RowId | None = Field(
        default=None, description="A saved card; the default one where none is named."
    )


class TopUpView(BaseModel):
    """Credit that is bought with a card."""

    model_config = ConfigDict(frozen=True)

    id: str
    cents: int
    state: TopUpState = Field(description="Only what is `issued` may be spent.")
    failure: str | None = Field(description="Why the card was refused, as a stable code.")
    client_secret: str | None = Field(
        default=None, description="With this a browser lets the card's holder confirm."
    )
    created_at: datetime
    issued_at: datetime | None
