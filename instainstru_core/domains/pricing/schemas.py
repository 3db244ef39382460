"""Quotes, in words the public reads."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.ids import ID_PATTERN


class QuoteLesson(BaseModel):
    """What to price."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "offering_id": "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
                    "format": "online",
                    "duration_minutes": 60,
                }
            ]
        },
    )

    offering_id: Annotated[str, StringConstraints(pattern=ID_PATTERN)] = Field(
        description="The instructor's offering."
    )
    format: LessonFormat = Field(description="Where the lesson takes place.")
    duration_minutes: int = Field(ge=30, le=240, description="One of the offering's lengths.")
    latitude: float | None = Field(
        default=None, ge=-90, le=90, allow_inf_nan=False, description="Where the lesson would be."
    )
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    credit_cents: int = Field(
        default=0,
        ge=0,
        le=10_000_000,
        description="How much of their credit somebody signed in would use. It pays for the lesson,"
        " never for the fee.",
    )


class QuoteLine(BaseModel):
    """One line of the bill."""

    model_config = ConfigDict(frozen=True)

    label: str
    amount_cents: int


class QuoteView(BaseModel):
    """The price of a lesson now. A booking keeps the price it was made at.

    What the instructor pays and earns is their own business: it is null for everyone but the
    instructor and staff.
    """

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "offering_id": "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
                    "format": "online",
                    "duration_minutes": 60,
                    "currency": "USD",
                    "hourly_rate_cents": 12000,
                    "lesson_price_cents": 12000,
                    "student_fee_rate": 0.12,
                    "student_fee_cents": 1440,
                    "total_cents": 13440,
                    "credit_cents": 3000,
                    "card_cents": 10440,
                    "lines": [
                        {"label": "Lesson, 60 minutes", "amount_cents": 12000},
                        {"label": "Booking fee (12%)", "amount_cents": 1440},
                        {"label": "Credit", "amount_cents": -3000},
                    ],
                    "instructor_tier": "growth",
                    "instructor_fee_rate": 0.12,
                    "instructor_fee_cents": 1440,
                    "payout_cents": 10560,
                    "pricing_version": "2025-12",
                }
            ]
        },
    )

    offering_id: str
    format: LessonFormat
    duration_minutes: int
    currency: str
    hourly_rate_cents: int
    lesson_price_cents: int
    student_fee_rate: float
    student_fee_cents: int
    total_cents: int = Field(description="What the student pays, by credit and by card.")
    credit_cents: int = Field(description="What credit would pay: at most what there is of it.")
    card_cents: int = Field(description="What the card would pay.")
    lines: list[QuoteLine] = Field(
        description="The student's bill; the amounts sum to what the card would pay."
    )
    instructor_tier: Tier | None
    instructor_fee_rate: float | None
    instructor_fee_cents: int | None
    payout_cents: int | None = Field(description="What the instructor is paid.")
    pricing_version: str
