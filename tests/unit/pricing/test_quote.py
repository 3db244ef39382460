"""What a lesson costs, to the cent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.instructors import policy as instructors
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.pricing import policy
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.money import Cents

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
RULES = policy.rules_at(NOW)

RATES = st.integers(min_value=1, max_value=100_000)
MINUTES = st.integers(min_value=30, max_value=240)
TIERS = st.sampled_from(Tier)


def quoted(hourly_rate: int, minutes: int, tier: Tier) -> policy.Quote:
    return policy.quote(RULES, hourly_rate=Cents(hourly_rate), minutes=minutes, tier=tier)


class TestQuote:
    @pytest.mark.parametrize(
        ("hourly_rate", "minutes", "tier", "expected"),
        [
            (12000, 60, Tier.GROWTH, (12000, 1440, 1440, 10560, 13440)),
            (10000, 60, Tier.ENTRY, (10000, 1200, 1500, 8500, 11200)),
            (10001, 60, Tier.FOUNDING, (10001, 1200, 800, 9201, 11201)),
            (6001, 30, Tier.ENTRY, (3001, 360, 450, 2551, 3361)),
            (8000, 60, Tier.ENTRY, (8000, 960, 1200, 6800, 8960)),
            (8000, 60, Tier.PRO, (8000, 960, 800, 7200, 8960)),
            (12345, 45, Tier.GROWTH, (9259, 1111, 1111, 8148, 10370)),
            (12000, 60, Tier.ENTRY, (12000, 1440, 1800, 10200, 13440)),
            (12000, 60, Tier.PRO, (12000, 1440, 1200, 10800, 13440)),
            (12000, 60, Tier.FOUNDING, (12000, 1440, 960, 11040, 13440)),
            (8000, 90, Tier.ENTRY, (12000, 1440, 1800, 10200, 13440)),
            (15000, 30, Tier.ENTRY, (7500, 900, 1125, 6375, 8400)),
            (20000, 45, Tier.ENTRY, (15000, 1800, 2250, 12750, 16800)),
        ],
    )
    def test_adds_up_like_the_worked_examples(
        self, hourly_rate: int, minutes: int, tier: Tier, expected: tuple[int, ...]
    ) -> None:
        quote = quoted(hourly_rate, minutes, tier)

        parts = (
            quote.lesson_price,
            quote.student_fee,
            quote.instructor_fee,
            quote.payout,
            quote.total,
        )
        assert tuple(part.amount for part in parts) == expected

    def test_charges_an_hour_at_every_whole_cent_rate_exactly(self) -> None:
        lost = [
            rate
            for rate in range(6_000, 30_001)
            if quoted(rate, 60, Tier.ENTRY).lesson_price.amount != rate
        ]

        assert lost == []

    def test_keeps_what_decided_it(self) -> None:
        quote = quoted(12345, 45, Tier.PRO)

        assert quote.version == "2025-12"
        assert quote.hourly_rate == Cents(12345)
        assert quote.duration_minutes == 45
        assert quote.tier is Tier.PRO
        assert quote.instructor_fee_rate == Decimal("0.10")
        assert quote.student_fee_rate == Decimal("0.12")

    @given(RATES, MINUTES, TIERS)
    def test_never_loses_a_cent(self, rate: int, minutes: int, tier: Tier) -> None:
        quote = quoted(rate, minutes, tier)

        assert quote.payout + quote.instructor_fee == quote.lesson_price
        assert quote.total == quote.lesson_price + quote.student_fee
        assert quote.total - quote.payout == quote.student_fee + quote.instructor_fee

    @given(RATES, MINUTES)
    def test_rounds_once_and_half_up(self, rate: int, minutes: int) -> None:
        price = quoted(rate, minutes, Tier.ENTRY).lesson_price.amount

        exact = Fraction(rate * minutes, 60)
        assert -Fraction(1, 2) < price - exact <= Fraction(1, 2)

    @given(RATES, MINUTES, st.integers(min_value=0, max_value=5_000), TIERS)
    def test_never_falls_when_the_rate_rises(
        self, rate: int, minutes: int, more: int, tier: Tier
    ) -> None:
        before, after = quoted(rate, minutes, tier), quoted(rate + more, minutes, tier)

        assert after.lesson_price >= before.lesson_price
        assert after.total >= before.total
        assert after.payout >= before.payout

    @given(RATES, MINUTES, st.integers(min_value=0, max_value=120), TIERS)
    def test_never_falls_when_the_lesson_is_longer(
        self, rate: int, minutes: int, more: int, tier: Tier
    ) -> None:
        before, after = quoted(rate, minutes, tier), quoted(rate, minutes + more, tier)

        assert after.total >= before.total
        assert after.payout >= before.payout

    @given(RATES, MINUTES)
    def test_pays_more_the_better_the_tier(self, rate: int, minutes: int) -> None:
        payouts = [
            quoted(rate, minutes, tier).payout
            for tier in (Tier.ENTRY, Tier.GROWTH, Tier.PRO, Tier.FOUNDING)
        ]

        assert payouts == sorted(payouts)

    @given(RATES, MINUTES)
    def test_charges_the_student_the_same_whatever_the_tier(self, rate: int, minutes: int) -> None:
        assert len({quoted(rate, minutes, tier).total for tier in Tier}) == 1


class TestFloor:
    @pytest.mark.parametrize(
        ("hourly_rate", "minutes", "remote", "is_enough"),
        [
            (7999, 60, False, False),
            (8000, 60, False, True),
            (8000, 45, False, True),
            (7999, 45, False, False),
            (5998, 30, True, False),
            (6000, 30, True, True),
            (5999, 30, True, True),
        ],
    )
    def test_compares_rounded_with_rounded(
        self, hourly_rate: int, minutes: int, remote: bool, is_enough: bool
    ) -> None:
        price = quoted(hourly_rate, minutes, Tier.ENTRY).lesson_price

        assert (price >= policy.floor(RULES, remote=remote, minutes=minutes)) is is_enough

    def test_follows_the_rules_of_its_day(self) -> None:
        raised = replace(RULES, online_floor=Cents(6500))

        assert policy.floor(raised, remote=True, minutes=60) == Cents(6500)
        assert policy.floor(raised, remote=True, minutes=30) == Cents(3250)
        assert policy.floor(raised, remote=False, minutes=60) == Cents(8000)

    def test_is_the_one_that_offerings_are_saved_under(self) -> None:
        newest = policy.RULES[-1]

        assert newest.in_person_floor == Cents(instructors.IN_PERSON_FLOOR_CENTS)
        assert newest.online_floor == Cents(instructors.ONLINE_FLOOR_CENTS)


class TestIsRemote:
    @pytest.mark.parametrize(
        ("lesson_format", "place", "expected"),
        [
            (LessonFormat.ONLINE, None, True),
            (LessonFormat.STUDENT_LOCATION, "350 5th Ave, New York", False),
            (LessonFormat.STUDENT_LOCATION, "Online, by video", True),
            (LessonFormat.NEUTRAL_LOCATION, "virtual studio", True),
            (LessonFormat.INSTRUCTOR_LOCATION, "REMOTE", True),
            (LessonFormat.STUDENT_LOCATION, "12 Onlineman Street", False),
            (LessonFormat.INSTRUCTOR_LOCATION, None, False),
        ],
    )
    def test_asks_the_format_first_and_then_the_place(
        self, lesson_format: LessonFormat, place: str | None, expected: bool
    ) -> None:
        assert policy.is_remote(lesson_format, place) is expected


class TestRulesAt:
    later = replace(RULES, version="2026-09", effective_at=datetime(2026, 9, 1, 4, tzinfo=UTC))
    known = (*policy.RULES, later)

    def test_changes_exactly_at_the_instant_from_which_rules_hold(self) -> None:
        change = self.later.effective_at

        before = policy.rules_at(change - timedelta(microseconds=1), self.known)
        assert before.version == "2025-12"
        assert policy.rules_at(change, self.known).version == "2026-09"

    def test_prices_what_is_older_than_the_oldest_by_the_oldest(self) -> None:
        ancient = datetime(2020, 1, 1, tzinfo=UTC)

        assert policy.rules_at(ancient, self.known).version == "2025-12"

    def test_starts_at_midnight_in_new_york(self) -> None:
        assert policy.RULES[0].effective_at == datetime(2025, 12, 1, 5, tzinfo=UTC)
