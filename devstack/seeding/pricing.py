"""The price of every demo lesson: the real pricing policy, asked at the instant it was booked.

Tiers are settled every night as the product does, so that each price follows from the lessons its
instructor had completed by then.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from devstack.seeding.incidents import FAILED_NIGHTS
from devstack.seeding.world import EVALUATION, Instructor, Lesson, latest_night, night_before
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.pricing import policy
from instainstru_core.domains.pricing.types import TeachingRecord, Tier
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.time import BUSINESS_ZONE, local_day, to_utc

Priced: TypeAlias = tuple[int, int, int, int, int, int, Decimal, str, str]


@dataclass(slots=True)
class Career:
    """The lessons an instructor completed and the tier after each night, both in order of time."""

    is_founding: bool
    completed: list[datetime] = field(default_factory=list[datetime])
    nights: list[datetime] = field(default_factory=list[datetime])
    tiers: list[Tier] = field(default_factory=list[Tier])

    def record(self, instructor_id: str, at: datetime) -> TeachingRecord:
        """What decided the tier at this instant."""
        until = bisect_right(self.completed, at)
        since = bisect_left(self.completed, policy.window_start(policy.rules_at(at), at))
        night = bisect_right(self.nights, at) - 1
        return TeachingRecord(
            instructor_id=instructor_id,
            is_founding=self.is_founding,
            completed_in_window=max(0, until - since),
            last_completed_at=self.completed[until - 1] if until else None,
            standing=self.tiers[night] if night >= 0 else Tier.ENTRY,
            evaluated_at=self.nights[night] if night >= 0 else None,
        )


class Pricer:
    """Prices the lessons of a world."""

    def __init__(self, lessons: list[Lesson], now: datetime) -> None:
        self._last_night = night_before(latest_night(now), FAILED_NIGHTS)
        self._careers: dict[str, Career] = {}
        completed: dict[str, list[datetime]] = defaultdict(list)
        for lesson in lessons:
            person = lesson.instructor
            if person.id not in self._careers:
                self._careers[person.id] = Career(person.founding_slot is not None)
            if lesson.status is BookingStatus.COMPLETED:
                completed[person.id].append(lesson.ends_at)
        for instructor_id, career in self._careers.items():
            career.completed = sorted(completed[instructor_id])
            if not career.is_founding:
                self._settle(instructor_id, career)

    def quote(self, lesson: Lesson) -> Priced:
        """The money columns of a booking."""
        at = lesson.created_at
        rules = policy.rules_at(at)
        career = self._careers[lesson.instructor.id]
        quoted = policy.quote(
            rules,
            hourly_rate=Cents(lesson.offering.rates[lesson.format]),
            minutes=lesson.minutes,
            tier=policy.pricing_tier(rules, career.record(lesson.instructor.id, at), at),
        )
        return (
            quoted.hourly_rate.amount,
            quoted.lesson_price.amount,
            quoted.student_fee.amount,
            quoted.instructor_fee.amount,
            quoted.total.amount,
            quoted.payout.amount,
            quoted.instructor_fee_rate,
            quoted.tier.value,
            quoted.version,
        )

    def standing(self, people: Iterable[Instructor]) -> Iterator[tuple[str, str, datetime]]:
        """Where those stand who ever left the first tier, as of the last night that went well."""
        for person in people:
            career = self._careers.get(person.id)
            if career is not None and any(tier is not Tier.ENTRY for tier in career.tiers):
                yield person.id, career.tiers[-1].value, self._last_night

    def _settle(self, instructor_id: str, career: Career) -> None:
        for night in self._nights_that_matter(career.completed):
            record = career.record(instructor_id, night)
            tier = policy.evaluated_tier(policy.rules_at(night), record, night)
            career.nights.append(night)
            career.tiers.append(tier)

    def _nights_that_matter(self, completed: list[datetime]) -> list[datetime]:
        """The nights after which a tier can differ: what counts came, aged out, or went idle."""
        days = {
            local_day(at + passed) + timedelta(days=offset)
            for at in completed
            for passed, nights in _AGES
            for offset in range(nights + 1)
        }
        nights = (to_utc(datetime.combine(day, EVALUATION), BUSINESS_ZONE) for day in sorted(days))
        return [night for night in nights if night <= self._last_night]


_AGES = ((timedelta(), 1), (policy.RULES[-1].tier_window, 2), (policy.RULES[-1].idle_after, 1))
"""The ages at which a completed lesson changes what counts, and the nights until the tier stands
still: it rises and resets at once, and falls one rung a night.
"""
