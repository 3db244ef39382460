"""Prices of lessons and tiers of instructors. What they taught is told by the caller."""

from collections.abc import Iterable

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing import policy, repository
from instainstru_core.domains.pricing.errors import PriceBelowFloor
from instainstru_core.domains.pricing.policy import Quote
from instainstru_core.domains.pricing.schemas import QuoteLine, QuoteView
from instainstru_core.domains.pricing.types import TeachingRecord, Tier
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import CURRENCY, Cents, dollars
from instainstru_core.kernel.uow import Uow


@operation("pricing.quote")
def quote(
    uow: Uow,
    record: TeachingRecord,
    *,
    hourly_rate_cents: int,
    minutes: int,
    lesson_format: LessonFormat,
    place: str | None = None,
) -> Quote:
    """The price of a lesson asked for now. Refused with PriceBelowFloor under the least price."""
    rules = policy.rules_at(uow.now)
    quoted = policy.quote(
        rules,
        hourly_rate=Cents(hourly_rate_cents),
        minutes=minutes,
        tier=policy.pricing_tier(rules, record, uow.now),
    )
    remote = policy.is_remote(lesson_format, place)
    floor = policy.floor(rules, remote=remote, minutes=minutes)
    if quoted.lesson_price < floor:
        raise PriceBelowFloor(
            f"{minutes} minutes cost {dollars(quoted.lesson_price.amount)} here, and the least"
            f" price for that is {dollars(floor.amount)}. Choose another format or instructor;"
            " the instructor must raise the hourly rate first.",
            modality="remote" if remote else "in_person",
            duration_minutes=minutes,
            base_price_cents=quoted.lesson_price.amount,
            required_floor_cents=floor.amount,
        )
    return quoted


def view(
    quoted: Quote,
    *,
    offering_id: str,
    lesson_format: LessonFormat,
    credit: Cents,
    instructor_side: bool,
) -> QuoteView:
    """A quote for people. What the instructor pays and earns is shown on their side only."""
    return QuoteView(
        offering_id=offering_id,
        format=lesson_format,
        duration_minutes=quoted.duration_minutes,
        currency=CURRENCY,
        hourly_rate_cents=quoted.hourly_rate.amount,
        lesson_price_cents=quoted.lesson_price.amount,
        student_fee_rate=float(quoted.student_fee_rate),
        student_fee_cents=quoted.student_fee.amount,
        total_cents=quoted.total.amount,
        credit_cents=credit.amount,
        card_cents=(quoted.total - credit).amount,
        lines=_bill(quoted, credit),
        instructor_tier=quoted.tier if instructor_side else None,
        instructor_fee_rate=float(quoted.instructor_fee_rate) if instructor_side else None,
        instructor_fee_cents=quoted.instructor_fee.amount if instructor_side else None,
        payout_cents=quoted.payout.amount if instructor_side else None,
        pricing_version=quoted.version,
    )


def _bill(quoted: Quote, credit: Cents) -> list[QuoteLine]:
    lines = [
        (f"Lesson, {quoted.duration_minutes} minutes", quoted.lesson_price),
        (f"Booking fee ({quoted.student_fee_rate:.0%})", quoted.student_fee),
    ]
    if credit.amount:
        lines.append(("Credit", Cents(0) - credit))
    return [QuoteLine(label=label, amount_cents=cents.amount) for label, cents in lines]


@operation("pricing.evaluate")
def evaluate(uow: Uow, records: Iterable[TeachingRecord]) -> int:
    """Settle the tiers of these instructors and return how many changed.

    Founding instructors keep their tier for life and are passed over; so are those who stand at
    the start and stay there, for whom no row means the same.
    """
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_ANY)
    rules = policy.rules_at(uow.now)
    found = [
        (record, policy.evaluated_tier(rules, record, uow.now))
        for record in records
        if not record.is_founding
    ]
    worth_writing = [
        (record.instructor_id, tier)
        for record, tier in found
        if record.evaluated_at is not None or tier is not Tier.ENTRY
    ]
    if worth_writing:
        repository.record(uow.session, worth_writing, at=uow.now)
    return sum(tier is not record.standing for record, tier in found)
