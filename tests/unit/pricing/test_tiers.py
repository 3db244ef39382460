"""How lessons make a tier, and how a tier is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.pricing import policy
from instainstru_core.domains.pricing.types import TeachingRecord, Tier

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
RULES = policy.rules_at(NOW)
ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
DAY = timedelta(days=1)


def record(
    completed: int = 0,
    *,
    standing: Tier = Tier.ENTRY,
    founding: bool = False,
    idle: timedelta | None = DAY,
    evaluated: timedelta | None = None,
) -> TeachingRecord:
    return TeachingRecord(
        instructor_id=ID,
        is_founding=founding,
        completed_in_window=completed,
        last_completed_at=None if idle is None else NOW - idle,
        standing=standing,
        evaluated_at=None if evaluated is None else NOW - evaluated,
    )


class TestTierEarned:
    @pytest.mark.parametrize(
        ("lessons", "tier"),
        [
            (0, Tier.ENTRY),
            (1, Tier.ENTRY),
            (4, Tier.ENTRY),
            (5, Tier.GROWTH),
            (10, Tier.GROWTH),
            (11, Tier.PRO),
            (500, Tier.PRO),
        ],
    )
    def test_rises_at_five_and_at_eleven(self, lessons: int, tier: Tier) -> None:
        assert policy.tier_earned(RULES, lessons) is tier


class TestPricingTier:
    @pytest.mark.parametrize(
        ("completed", "tier"),
        [
            (0, Tier.ENTRY),
            (3, Tier.ENTRY),
            (4, Tier.GROWTH),
            (9, Tier.GROWTH),
            (10, Tier.PRO),
            (11, Tier.PRO),
        ],
    )
    def test_counts_the_lesson_it_prices(self, completed: int, tier: Tier) -> None:
        """Scenario 59."""
        assert policy.pricing_tier(RULES, record(completed), NOW) is tier

    def test_starts_a_new_instructor_at_entry(self) -> None:
        assert policy.pricing_tier(RULES, record(0, idle=None), NOW) is Tier.ENTRY

    def test_gives_a_promotion_before_any_evaluation(self) -> None:
        assert policy.pricing_tier(RULES, record(10, standing=Tier.ENTRY), NOW) is Tier.PRO

    @pytest.mark.parametrize(
        ("standing", "completed", "tier"),
        [
            (Tier.PRO, 2, Tier.GROWTH),
            (Tier.PRO, 0, Tier.GROWTH),
            (Tier.GROWTH, 0, Tier.ENTRY),
            (Tier.GROWTH, 4, Tier.GROWTH),
            (Tier.PRO, 9, Tier.GROWTH),
            (Tier.PRO, 10, Tier.PRO),
        ],
    )
    def test_falls_one_step_at_most(self, standing: Tier, completed: int, tier: Tier) -> None:
        """Scenario 60."""
        assert policy.pricing_tier(RULES, record(completed, standing=standing), NOW) is tier

    def test_keeps_a_founder_at_founding_whatever_they_teach(self) -> None:
        """Scenario 60, founding."""
        idle = record(0, founding=True, idle=400 * DAY)

        assert policy.pricing_tier(RULES, idle, NOW) is Tier.FOUNDING
        assert policy.pricing_tier(RULES, record(30, founding=True), NOW) is Tier.FOUNDING


class TestIdleness:
    def test_does_not_begin_at_exactly_ninety_days(self) -> None:
        resting = record(0, standing=Tier.PRO, idle=90 * DAY)

        assert policy.pricing_tier(RULES, resting, NOW) is Tier.GROWTH
        assert policy.evaluated_tier(RULES, resting, NOW) is Tier.GROWTH

    def test_sends_a_pro_back_to_entry_a_moment_later(self) -> None:
        """Scenario 60, idle."""
        gone = record(0, standing=Tier.PRO, idle=90 * DAY + timedelta(microseconds=1))

        assert policy.pricing_tier(RULES, gone, NOW) is Tier.ENTRY
        assert policy.evaluated_tier(RULES, gone, NOW) is Tier.ENTRY

    def test_is_assumed_of_someone_who_never_taught(self) -> None:
        assert policy.evaluated_tier(RULES, record(standing=Tier.PRO, idle=None), NOW) is Tier.ENTRY


class TestEvaluatedTier:
    @pytest.mark.parametrize(
        ("standing", "completed", "tier"),
        [
            (Tier.ENTRY, 4, Tier.ENTRY),
            (Tier.ENTRY, 5, Tier.GROWTH),
            (Tier.ENTRY, 11, Tier.PRO),
            (Tier.PRO, 10, Tier.GROWTH),
            (Tier.PRO, 2, Tier.GROWTH),
            (Tier.GROWTH, 2, Tier.ENTRY),
        ],
    )
    def test_counts_only_what_is_completed(
        self, standing: Tier, completed: int, tier: Tier
    ) -> None:
        assert policy.evaluated_tier(RULES, record(completed, standing=standing), NOW) is tier

    def test_takes_no_second_step_down_on_the_same_new_york_day(self) -> None:
        again = record(0, standing=Tier.GROWTH, evaluated=timedelta(hours=10))

        assert policy.evaluated_tier(RULES, again, NOW) is Tier.GROWTH

    def test_takes_the_next_step_down_the_day_after(self) -> None:
        next_day = record(0, standing=Tier.GROWTH, evaluated=timedelta(hours=10, microseconds=1))

        assert policy.evaluated_tier(RULES, next_day, NOW) is Tier.ENTRY

    def test_promotes_a_second_time_on_the_same_day(self) -> None:
        busy = record(11, standing=Tier.GROWTH, evaluated=timedelta(hours=1))

        assert policy.evaluated_tier(RULES, busy, NOW) is Tier.PRO

    def test_starts_over_when_founding_ends(self) -> None:
        assert policy.evaluated_tier(RULES, record(2, standing=Tier.FOUNDING), NOW) is Tier.ENTRY

    @given(
        st.sampled_from([Tier.ENTRY, Tier.GROWTH, Tier.PRO]),
        st.integers(min_value=0, max_value=40),
        st.integers(min_value=1, max_value=10),
    )
    def test_is_never_worse_for_more_lessons(
        self, standing: Tier, completed: int, more: int
    ) -> None:
        fewer = policy.evaluated_tier(RULES, record(completed, standing=standing), NOW)
        greater = policy.evaluated_tier(RULES, record(completed + more, standing=standing), NOW)

        assert RULES.fee_rate(greater) <= RULES.fee_rate(fewer)


def test_the_window_starts_exactly_thirty_days_ago() -> None:
    assert policy.window_start(RULES, NOW) == datetime(2026, 5, 16, 14, 0, tzinfo=UTC)
