"""`docs/money.md`, written from the rules: each amount in it is one that the policy answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from instainstru_core.domains.availability import policy as availability
from instainstru_core.domains.bookings.policy import absence, agenda, lifecycle, settlement
from instainstru_core.domains.bookings.policy.agenda import Case, Step
from instainstru_core.domains.bookings.policy.settlement import Price, Settlement
from instainstru_core.domains.bookings.service.reschedule import PATIENCE as MOVE_PATIENCE
from instainstru_core.domains.bookings.service.tips import WINDOW as TIP_WINDOW
from instainstru_core.domains.bookings.types import BookingStatus, Ending
from instainstru_core.domains.credits import policy as credits
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.payments import policy as payments
from instainstru_core.domains.pricing import policy as pricing
from instainstru_core.domains.pricing.policy import PricingRules
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.money import ZERO, Cents

RULES = Path(__file__).with_name("money_rules.md")
HOUR_LONG, MINUTE_LONG = timedelta(hours=1), timedelta(minutes=1)
CURRENT = pricing.RULES[-1]
NUMBERS = {
    "capture_wait": agenda.CAPTURE_WAIT // HOUR_LONG,
    "checkout_patience": agenda.CHECKOUT_PATIENCE // MINUTE_LONG,
    "credit_life": credits.LIFE.days,
    "dispute_patience": payments.ASK_AFTER // HOUR_LONG,
    "dispute_window": agenda.DISPUTE_WINDOW // HOUR_LONG,
    "drop_ahead": agenda.DROP_AHEAD // HOUR_LONG,
    "early_notice": lifecycle.EARLY_NOTICE // HOUR_LONG,
    "eleventh": f"{credits.milestone_cents(11):,}",
    "escalate_after": agenda.ESCALATE_AFTER // HOUR_LONG,
    "fifth": f"{credits.milestone_cents(5):,}",
    "grid": lifecycle.GRID_MINUTES,
    "hold_ahead": agenda.HOLD_AHEAD // HOUR_LONG,
    "hold_margin": agenda.HOLD_MARGIN // HOUR_LONG,
    "hold_waits": ", ".join(str(wait // HOUR_LONG) for wait in agenda.HOLD_WAITS),
    "idle_after": CURRENT.idle_after.days,
    "max_advance": lifecycle.MAX_ADVANCE.days,
    "middle_notice": lifecycle.MIDDLE_NOTICE // HOUR_LONG,
    "move_patience": MOVE_PATIENCE // MINUTE_LONG,
    "notice": availability.lead_time(LessonFormat.ONLINE) // MINUTE_LONG,
    "report_window": absence.WINDOW // HOUR_LONG,
    "tier_window": CURRENT.tier_window.days,
    "tip_window": TIP_WINDOW.days,
    "transfer_long_wait": agenda.TRANSFER_LONG_WAIT // HOUR_LONG,
    "transfer_patience": agenda.TRANSFER_PATIENCE,
    "transfer_wait": agenda.TRANSFER_WAIT // HOUR_LONG,
    "travel_notice": availability.lead_time(LessonFormat.STUDENT_LOCATION) // MINUTE_LONG,
    "warn_ahead": agenda.WARN_AHEAD // HOUR_LONG,
}
STARTS_AT = datetime(2026, 6, 18, 20, tzinfo=UTC)
ENTRY, GROWTH, PRO, FOUNDING = Tier.ENTRY, Tier.GROWTH, Tier.PRO, Tier.FOUNDING
LATE, MIDDLE = Ending.STUDENT_CANCEL_LATE, Ending.STUDENT_CANCEL_MIDDLE


@dataclass(frozen=True, slots=True)
class Lesson:
    """A worked example: its number, the rate, the length, the tier, the credit asked for."""

    number: str
    rate: int
    minutes: int
    tier: Tier
    asked: int = 0

    @property
    def price(self) -> Price:
        quote = pricing.quote(
            CURRENT, hourly_rate=Cents(self.rate), minutes=self.minutes, tier=self.tier
        )
        return Price(quote.lesson_price, quote.student_fee, quote.instructor_fee)

    @property
    def credit(self) -> Cents:
        return min(Cents(self.asked), self.price.lesson)

    @property
    def card(self) -> Cents:
        return self.price.card(self.credit)


HOUR = Lesson("1", 12_000, 60, GROWTH)
LESSONS = (
    HOUR,
    Lesson("2", 10_000, 60, ENTRY),
    Lesson("3", 10_000, 60, ENTRY, 2_000),
    Lesson("4", 10_000, 60, ENTRY, 2_700),
    Lesson("5", 10_000, 60, ENTRY, 2_701),
    Lesson("6", 10_000, 60, ENTRY, 5_000),
    Lesson("7", 10_000, 60, ENTRY, 8_000),
    Lesson("8", 10_000, 60, ENTRY, 30_000),
    Lesson("9", 10_001, 60, FOUNDING, 3_333),
    Lesson("10", 6_001, 30, ENTRY),
    Lesson("11", 8_000, 60, ENTRY, 8_000),
    Lesson("12", 12_000, 60, GROWTH, 5_000),
    Lesson("13", 12_000, 60, GROWTH, 20_000),
    Lesson("14", 8_000, 60, PRO, 2_000),
    Lesson("15", 12_345, 45, GROWTH),
    *(Lesson("16", 12_000, 60, tier) for tier in (ENTRY, PRO, FOUNDING)),
    *(Lesson("25", 12_000, 60, GROWTH, asked) for asked in (6_000, 20_000)),
)
OUTCOMES = (
    *(
        (Lesson("17", rate, minutes, GROWTH), MIDDLE)
        for rate, minutes in ((8_000, 90), (15_000, 30), (20_000, 45), (10_000, 60))
    ),
    (Lesson("18", 12_000, 60, GROWTH), LATE),
    (Lesson("19", 12_000, 60, GROWTH), MIDDLE),
    (Lesson("20", 12_000, 60, GROWTH), Ending.INSTRUCTOR_CANCEL),
    (Lesson("21", 12_000, 60, GROWTH, 8_000), LATE),
    (Lesson("22", 12_000, 60, GROWTH, 5_000), LATE),
    (Lesson("23", 12_000, 60, GROWTH, 5_000), MIDDLE),
)
CHARGED = dict.fromkeys(
    (
        Ending.INSTRUCTOR_CANCEL,
        Ending.ADMIN_CANCEL_REFUND,
        Ending.INSTRUCTOR_NO_SHOW,
        Ending.MUTUAL_NO_SHOW,
    ),
    (False, True),
) | {Ending.CHARGED_BACK: (True,)}
"""Endings that give back what a lock may have taken, or a bank took."""

ESCALATED = Lesson("26", 10_000, 60, GROWTH)
NOTICES = (
    timedelta(hours=24),
    timedelta(hours=24) - timedelta(seconds=1),
    timedelta(hours=12),
    timedelta(hours=12) - timedelta(seconds=1),
)


def page() -> str:
    """The whole document."""
    credit = _cents(Cents(5_000))
    parts = [
        RULES.read_text().rstrip().format(**NUMBERS),
        "## Prices by date",
        _prices(),
        "## What a lesson costs",
        _lessons(),
        "## How early a change comes",
        _notices(),
        "## Who gets what",
        f"Of example 1 with {credit} of credit; what goes back before or after a charge, both.",
        _endings(),
        "## Worked outcomes",
        _outcomes(),
        "## Refunds by staff",
        _refunds(),
        "## A charge that is refused for three days",
        _escalation(),
        "## A hold that is always refused",
        _refused_hold(),
    ]
    return "\n\n".join(parts) + "\n"


def _prices() -> str:
    def row(rules: PricingRules) -> Sequence[str]:
        steps = [
            f"{step.tier} {step.fee_rate:.0%} from {step.from_lessons}" for step in rules.steps
        ]
        return (
            rules.version,
            f"{rules.effective_at:%Y-%m-%d}",
            f"{rules.student_fee_rate:.0%}",
            ", ".join([*steps, f"founding {rules.founding_fee_rate:.0%}"]),
            _cents(rules.in_person_floor),
            _cents(rules.online_floor),
        )

    head = ("Version", "From", "SF", "IF by lessons in the window", "In person/h", "Online/h")
    return _table(head, map(row, pricing.RULES))


def _lessons() -> str:
    def row(lesson: Lesson) -> Sequence[str]:
        price = lesson.price
        charge = min(lesson.card, price.payout)
        taken = _settled(lesson, Ending.LESSON_TAKEN)
        amounts = (
            price.lesson,
            price.student_fee,
            price.instructor_fee,
            price.payout,
            lesson.credit,
            lesson.card,
            charge,
            price.payout - charge,
            lesson.card - charge,
            taken.revenue,
        )
        what = f"{_cents(Cents(lesson.rate))}/h, {lesson.minutes} min, {lesson.tier}"
        return lesson.number, what, *map(_cents, amounts)

    head = "#|Lesson|LP|SF|IF|P|Credit|Card|From charge|From balance|Stays of charge|Platform"
    return _table(head.split("|"), map(row, LESSONS))


def _notices() -> str:
    def row(left: timedelta) -> Sequence[str]:
        seconds = int(left.total_seconds())
        clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return clock, str(lifecycle.notice(STARTS_AT, STARTS_AT - left))

    return _table(("Left", "Notice"), map(row, NOTICES))


def _endings() -> str:
    lesson = Lesson("1", 12_000, 60, GROWTH, 5_000)
    rows = []
    for ending in Ending:
        for taken in CHARGED.get(ending, (ending in settlement.KEEPS_CARD,)):
            found = _settled(lesson, ending, taken=taken)
            rows.append((str(ending).replace("_", " "), *_amounts(found)))
    return _table(("Ending", *AMOUNTS), rows)


def _outcomes() -> str:
    rows = [
        (
            lesson.number,
            f"{ending}, {_cents(Cents(lesson.rate))}/h, {lesson.minutes} min".replace("_", " "),
            _cents(lesson.credit),
            *_amounts(_settled(lesson, ending)),
        )
        for lesson, ending in OUTCOMES
    ]
    return _table(("#", "What happened", "Credit", *AMOUNTS), rows)


def _refunds() -> str:
    def row(cents: int) -> Sequence[str]:
        back = settlement.running_share(9_000, part=cents, whole=10_000)
        return "24", "10,000", "9,000", f"{cents:,}", f"{back:,}", f"{cents - back:,}"

    head = ("#", "Charge", "Paid out", "Refund", "Back from the instructor", "The platform's part")
    return _table(head, map(row, (4_000, 10_000)))


def _escalation() -> str:
    rows = []
    for ending in (Ending.LESSON_TAKEN, LATE, MIDDLE):
        found = settlement.escalated(ending, ESCALATED.price, credit=ZERO, can_be_paid=True)
        later = settlement.recovery(ending, ESCALATED.price, credit=ZERO, was_paid=True)
        amounts = (found.owed, found.subsidy, later.captured, later.issued, later.revenue)
        rows.append(("26", str(ending).replace("_", " "), *map(_cents, amounts)))
    head = "#|Ending|Instructor|Platform's loss|Paid later|Credit issued then|Platform then"
    return _table(head.split("|"), rows)


def _refused_hold() -> str:
    """What the agenda asks for, step by step, when the card always refuses."""
    case = Case(BookingStatus.CONFIRMED, STARTS_AT, STARTS_AT + timedelta(hours=1))
    now, rows = STARTS_AT - timedelta(days=3), []
    while case.status is BookingStatus.CONFIRMED:
        decision = agenda.decide(case, now)
        left = f"{(STARTS_AT - now) // timedelta(hours=1)} h before"
        match decision.step:
            case Step.AUTHORIZE:
                rows.append((left, "the hold is asked for and refused"))
                case = replace(case, hold_failures=case.hold_failures + 1, hold_last_failed_at=now)
            case Step.WARN:
                rows.append((left, "the student is warned"))
                case = replace(case, warned_at=now)
            case Step.DROP:
                rows.append((left, "the lesson is dropped"))
                case = replace(case, status=BookingStatus.PAYMENT_FAILED)
            case _:
                now = decision.due_at or STARTS_AT
    return _table(("When", "What"), rows)


AMOUNTS = (
    "Captured",
    "Refunded",
    "Credit used",
    "Credit back",
    "Credit new",
    "Credit lost",
    "Instructor",
    "Platform",
)


def _amounts(found: Settlement) -> Sequence[str]:
    amounts = (
        found.captured,
        found.refunded,
        found.consumed,
        found.released,
        found.issued,
        found.forfeited,
        found.owed,
        found.revenue,
    )
    return [_cents(amount) for amount in amounts]


def _settled(lesson: Lesson, ending: Ending, *, taken: bool = True) -> Settlement:
    return settlement.settlement(
        ending,
        lesson.price,
        credit=lesson.credit,
        captured=lesson.card if taken else ZERO,
        is_locked=False,
    )


def _cents(amount: Cents) -> str:
    return f"{amount.amount:,}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
