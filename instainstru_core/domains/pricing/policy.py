"""What a lesson costs and who gets what. Whole cents, rounded half-up once; no clock, no tables.

Lesson price = hourly rate x minutes / 60. The student pays the lesson price and the student fee;
the instructor is paid the lesson price less the fee of their tier. Rules carry a version and the
instant from which they hold, so that an old booking can always be explained.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing.types import TeachingRecord, Tier
from instainstru_core.kernel.money import Cents, Rate
from instainstru_core.kernel.time import local_day

_REMOTE_WORDS = re.compile(r"\b(online|remote|virtual)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TierStep:
    """A rung of the ladder: from so many lessons in the window, this share of the price."""

    tier: Tier
    from_lessons: int
    fee_rate: Rate


@dataclass(frozen=True, slots=True)
class PricingRules:
    """The numbers that price a booking made from `effective_at` on. Steps go upwards."""

    version: str
    effective_at: datetime
    student_fee_rate: Rate
    founding_fee_rate: Rate
    steps: tuple[TierStep, ...]
    tier_window: timedelta
    idle_after: timedelta
    in_person_floor: Cents
    online_floor: Cents

    def fee_rate(self, tier: Tier) -> Rate:
        """The share of the lesson price that an instructor of this tier pays."""
        if tier is Tier.FOUNDING:
            return self.founding_fee_rate
        return next(step.fee_rate for step in self.steps if step.tier is tier)


RULES = (
    PricingRules(
        version="2025-12",
        effective_at=datetime(2025, 12, 1, 5, tzinfo=UTC),
        student_fee_rate=Decimal("0.12"),
        founding_fee_rate=Decimal("0.08"),
        steps=(
            TierStep(Tier.ENTRY, 0, Decimal("0.15")),
            TierStep(Tier.GROWTH, 5, Decimal("0.12")),
            TierStep(Tier.PRO, 11, Decimal("0.10")),
        ),
        tier_window=timedelta(days=30),
        idle_after=timedelta(days=90),
        in_person_floor=Cents(8000),
        online_floor=Cents(6000),
    ),
)
"""Every set of rules there was, oldest first. Add one; never change one."""


def rules_at(instant: datetime, known: tuple[PricingRules, ...] = RULES) -> PricingRules:
    """The rules that hold at this instant; the oldest also price what came before them."""
    held = [rules for rules in known if rules.effective_at <= instant]
    return held[-1] if held else known[0]


@dataclass(frozen=True, slots=True)
class Quote:
    """Every part of a price."""

    version: str
    hourly_rate: Cents
    duration_minutes: int
    lesson_price: Cents
    student_fee_rate: Rate
    student_fee: Cents
    tier: Tier
    instructor_fee_rate: Rate
    instructor_fee: Cents

    @property
    def total(self) -> Cents:
        """What the student pays."""
        return self.lesson_price + self.student_fee

    @property
    def payout(self) -> Cents:
        """What the instructor is paid."""
        return self.lesson_price - self.instructor_fee


def quote(rules: PricingRules, *, hourly_rate: Cents, minutes: int, tier: Tier) -> Quote:
    """Price so many minutes at this rate. Both fees are shares of the rounded lesson price."""
    price = hourly_rate.prorated(minutes)
    fee_rate = rules.fee_rate(tier)
    return Quote(
        version=rules.version,
        hourly_rate=hourly_rate,
        duration_minutes=minutes,
        lesson_price=price,
        student_fee_rate=rules.student_fee_rate,
        student_fee=price.share(rules.student_fee_rate),
        tier=tier,
        instructor_fee_rate=fee_rate,
        instructor_fee=price.share(fee_rate),
    )


def is_remote(lesson_format: LessonFormat, place: str | None) -> bool:
    """Whether the online floor applies. A meeting place that says "online" is not a place."""
    if lesson_format is LessonFormat.ONLINE:
        return True
    return place is not None and _REMOTE_WORDS.search(place) is not None


def floor(rules: PricingRules, *, remote: bool, minutes: int) -> Cents:
    """The least a lesson of this length may cost, rounded like the price it is compared with."""
    hourly = rules.online_floor if remote else rules.in_person_floor
    return hourly.prorated(minutes)


def window_start(rules: PricingRules, now: datetime) -> datetime:
    """The first instant whose completions count: one exactly this old still does."""
    return now - rules.tier_window


def tier_earned(rules: PricingRules, lessons: int) -> Tier:
    """The tier that so many lessons in the window earn."""
    return [step.tier for step in rules.steps if step.from_lessons <= lessons][-1]


def pricing_tier(rules: PricingRules, record: TeachingRecord, now: datetime) -> Tier:
    """The tier that prices a lesson asked for now, which counts as if it were completed."""
    return _tier(rules, record, record.completed_in_window + 1, now)


def evaluated_tier(rules: PricingRules, record: TeachingRecord, now: datetime) -> Tier:
    """The tier at an evaluation: up at once, down one step, back to the start when idle.

    However often it runs, it takes at most one step down on a calendar day.
    """
    found = _tier(rules, record, record.completed_in_window, now)
    fell = _rung(rules, found) < _rung(rules, record.standing)
    if fell and record.evaluated_at and local_day(record.evaluated_at) == local_day(now):
        return record.standing
    return found


def _tier(rules: PricingRules, record: TeachingRecord, lessons: int, now: datetime) -> Tier:
    if record.is_founding:
        return Tier.FOUNDING
    last = record.last_completed_at
    if last is None or now - last > rules.idle_after:
        return rules.steps[0].tier
    earned = _rung(rules, tier_earned(rules, lessons))
    return rules.steps[max(earned, _rung(rules, record.standing) - 1)].tier


def _rung(rules: PricingRules, tier: Tier) -> int:
    """How high on the ladder; founding stands beside it, at the bottom."""
    return next((rung for rung, step in enumerate(rules.steps) if step.tier is tier), 0)
