"""Commands in, views out."""

from datetime import date, datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from instainstru_core.domains.payments import policy
from instainstru_core.domains.payments.types import (
    Action,
    CommandState,
    IdentityStatus,
    PayoutStatus,
)

EARLIEST, LATEST = date(2020, 1, 1), date(2100, 1, 1)


class Card(BaseModel):
    """A saved card that can be charged, and how the provider calls it and its owner."""

    model_config = ConfigDict(frozen=True)

    id: str
    vendor_id: str
    customer_vendor_id: str


class Payee(BaseModel):
    """An instructor's account at the provider, and whether it can be paid now."""

    model_config = ConfigDict(frozen=True)

    vendor_id: str
    is_ready: bool


class SaveCard(BaseModel):
    """Which card to keep: the one of a finished setup, or one the browser names itself."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"setup_id": "seti_1NG8Du2eZvKYlo2C", "is_default": True}]},
    )

    setup_id: str | None = Field(
        default=None,
        pattern=r"^seti_[A-Za-z0-9_]{1,250}$",
        description="The setup that the browser has confirmed.",
    )
    payment_method_id: str | None = Field(
        default=None,
        pattern=r"^(pm|card|src)_[A-Za-z0-9_]{1,250}$",
        description="Or the payment method that the browser has made.",
    )
    is_default: bool = Field(default=False, description="Take it where no card is named.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.setup_id is None) == (self.payment_method_id is None):
            msg = "send either setup_id or payment_method_id"
            raise ValueError(msg)
        return self


class CardSetupView(BaseModel):
    """A setup that a browser finishes with the secret, to save a card."""

    model_config = ConfigDict(frozen=True)

    setup_id: str
    client_secret: str


class PaymentMethodView(BaseModel):
    """A saved card, for its owner."""

    model_config = ConfigDict(frozen=True)

    id: str
    brand: str = Field(examples=["visa"])
    last4: str = Field(examples=["4242"])
    exp_month: int
    exp_year: int
    is_default: bool
    is_expired: bool


class PaymentMethodsView(BaseModel):
    """One's own cards, the default first, then the newest."""

    model_config = ConfigDict(frozen=True)

    items: list[PaymentMethodView]


class AccountView(BaseModel):
    """How an instructor's account at the provider stands. Everything is false before it exists."""

    model_config = ConfigDict(frozen=True)

    exists: bool
    is_ready: bool = Field(description="Whether lessons can be paid out to it now.")
    details_submitted: bool
    charges_enabled: bool
    payouts_enabled: bool
    disabled_reason: str | None = Field(description="The provider's code of what is missing.")
    onboarded_at: datetime | None = Field(description="When it was first ready.")


class OnboardingLinkView(BaseModel):
    """A page of the provider, to be visited once, where an instructor tells who is to be paid."""

    model_config = ConfigDict(frozen=True)

    url: str
    expires_at: datetime


class BalanceView(BaseModel):
    """What an instructor could have paid out at once."""

    model_config = ConfigDict(frozen=True)

    available_cents: int


class PayoutView(BaseModel):
    """Money on its way from the instructor's account to their bank."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    cents: int
    status: PayoutStatus
    is_instant: bool
    arrives_at: datetime | None
    failure_code: str | None
    created_at: datetime


class EarningsWindow(BaseModel):
    """Which New York days, both included. Left out, it is the thirty days up to today."""

    model_config = ConfigDict(frozen=True)

    first_on: date | None = Field(default=None, ge=EARLIEST, le=LATEST)
    last_on: date | None = Field(default=None, ge=EARLIEST, le=LATEST)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_on is None or self.last_on is None:
            return self
        if not timedelta(0) <= self.last_on - self.first_on <= policy.LONGEST_WINDOW:
            msg = "first_on comes before last_on, and they are at most 366 days apart"
            raise ValueError(msg)
        return self


class DayEarnedView(BaseModel):
    """What an instructor earned on one New York day."""

    model_config = ConfigDict(frozen=True)

    day: date
    cents: int


class EarningsView(BaseModel):
    """What an instructor earned in some New York days, and what is still to come."""

    model_config = ConfigDict(frozen=True)

    first_on: date
    last_on: date
    lessons_cents: int = Field(description="Sent to the account for lessons in these days.")
    tips_cents: int = Field(description="Sent to the account for tips in these days.")
    reversed_cents: int = Field(description="Of that, taken back since, after refunds.")
    earned_cents: int = Field(description="Lessons and tips, less what was taken back.")
    paid_out_cents: int = Field(description="What reached the bank, of payouts of these days.")
    pending_cents: int = Field(description="Owed and not yet sent to the account, as of now.")
    days: list[DayEarnedView] = Field(description="Days without anything are left out.")


class IdentityView(BaseModel):
    """Where the check of one's identity is, and the page to go on with it."""

    model_config = ConfigDict(frozen=True)

    status: IdentityStatus | None = Field(description="Null before the first session.")
    verified_at: datetime | None
    url: str | None = Field(default=None, description="Where to go on; null when nothing is left.")
    last_error: str | None = Field(default=None, description="Why the last try was not enough.")


class DifferenceView(BaseModel):
    """Something that only one of the two books knows, or that they know differently."""

    model_config = ConfigDict(frozen=True)

    source_id: str
    kind: str | None = Field(
        description="The provider's kind of line; null where it has none. A `ledger` one stands"
        " between the ledger and the money facts, not the provider."
    )
    our_cents: int | None = Field(description="Null where the ledger does not know it.")
    their_cents: int | None = Field(description="Null where the provider does not know it.")


class ReconciliationView(BaseModel):
    """A comparison of the ledger with the provider's balance transactions."""

    model_config = ConfigDict(frozen=True)

    compared_at: datetime
    until: datetime = Field(description="What happened later may still be on its way.")
    ledger_cents: int = Field(description="What the ledger says lies at the provider.")
    provider_cents: int = Field(description="What the provider's lines read so far add up to.")
    lines: int = Field(description="How many lines this comparison read.")
    differences: list[DifferenceView]
    is_clean: bool


class CommandView(BaseModel):
    """One call that was asked of the payment provider, and what came of it."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="Also the idempotency key at the provider.")
    reference: str
    action: Action
    part: str
    attempt: int
    state: CommandState
    cents: int | None
    failure: str | None = Field(description="A stable code of ours; null where nothing failed.")
    calls: int = Field(description="How often the call was made.")
    provider_id: str | None
    requested_at: datetime
    due_at: datetime | None = Field(description="When it is looked at again; null once finished.")
    finished_at: datetime | None


class PayerStandingView(BaseModel):
    """What may keep a student from booking."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    is_locked: bool = Field(description="A lesson was taught and its card refused for 72 hours.")
    is_restricted: bool = Field(description="A payment was disputed at the bank.")
    debt_cents: int
