"""The rules of the wallet."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.credits import policy
from instainstru_core.domains.credits.types import (
    CreditSource,
    Expiry,
    Held,
    Lot,
    Part,
    Revocable,
    Revocation,
)

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def lot(name: str, cents: int, *, days: int | None = 30, **changes: object) -> Lot:
    """A lot that ends in so many days from NOW, or never."""
    expires_at = None if days is None else NOW + days * DAY
    values = {"id": name, "available_cents": cents, "expires_at": expires_at, "issued_at": NOW}
    return Lot(**(values | changes))  # type: ignore[arg-type]


def held(name: str, cents: int, *, days: int | None = 30) -> Held:
    expires_at = None if days is None else NOW + days * DAY
    return Held(id=name, lot_id=name, cents=cents, expires_at=expires_at, issued_at=NOW)


ENDINGS = st.none() | st.integers(-3, 400)
LOTS = st.lists(
    st.builds(
        lot,
        st.uuids().map(str),
        st.integers(0, 5_000),
        days=ENDINGS,
        is_frozen=st.booleans(),
        kept_cents=st.integers(0, 500),
        issued_at=st.integers(0, 3).map(lambda days: NOW - days * DAY),
    ),
    max_size=8,
)
HELD = st.lists(
    st.builds(held, st.uuids().map(str), st.integers(1, 5_000), days=ENDINGS), max_size=8
)


class TestExpiry:
    def test_is_365_times_24_hours_from_the_issue(self) -> None:
        assert policy.expiry(Expiry.STANDARD, now=NOW) == NOW + timedelta(hours=8_760)

    def test_may_be_never_or_an_instant(self) -> None:
        assert policy.expiry(Expiry.NEVER, now=NOW) is None
        assert policy.expiry(NOW + DAY, now=NOW) == NOW + DAY

    def test_comes_exactly_at_its_instant(self) -> None:
        assert not policy.is_expired(NOW + TICK, NOW)
        assert policy.is_expired(NOW, NOW)
        assert not policy.is_expired(None, NOW)


class TestPlanReservation:
    def test_takes_what_expires_first_and_what_never_does_last(self) -> None:
        lots = [lot("never", 1_000, days=None), lot("late", 1_000, days=90), lot("soon", 1_000)]

        assert policy.plan_reservation(lots, 2_500, NOW) == [
            Part("soon", 1_000),
            Part("late", 1_000),
            Part("never", 500),
        ]

    def test_takes_the_oldest_of_those_that_end_together_then_the_lowest_id(self) -> None:
        lots = [
            lot("b", 100),
            lot("a", 100),
            lot("old", 100, issued_at=NOW - DAY),
        ]

        parts = policy.plan_reservation(lots, 250, NOW)

        assert parts == [Part("old", 100), Part("a", 100), Part("b", 50)]

    def test_takes_as_much_as_there_is(self) -> None:
        assert policy.plan_reservation([lot("a", 700)], 1_000, NOW) == [Part("a", 700)]
        assert policy.plan_reservation([], 1_000, NOW) == []

    def test_passes_over_what_is_expired_or_frozen(self) -> None:
        lots = [
            lot("ends now", 500, days=0),
            lot("frozen", 500, is_frozen=True),
            lot("good", 500, days=90),
        ]

        assert policy.plan_reservation(lots, 1_000, NOW) == [Part("good", 500)]

    def test_counts_what_the_reference_has_already_whatever_became_of_the_lot(self) -> None:
        lots = [lot("ended", 500, days=0, kept_cents=200), lot("good", 500)]

        assert policy.plan_reservation(lots, 600, NOW) == [Part("ended", 200), Part("good", 400)]

    @pytest.mark.parametrize("cents", [0, -1])
    def test_takes_nothing_for_nothing(self, cents: int) -> None:
        assert policy.plan_reservation([lot("a", 700, kept_cents=50)], cents, NOW) == []

    @given(LOTS, st.integers(0, 20_000))
    def test_takes_exactly_what_is_wanted_or_there_and_no_lot_before_its_turn(
        self, lots: list[Lot], cents: int
    ) -> None:
        parts = policy.plan_reservation(lots, cents, NOW)

        there = {one.id: policy.spendable(one, NOW) for one in lots}
        assert sum(part.cents for part in parts) == min(cents, sum(there.values()))
        assert all(0 < part.cents <= there[part.id] for part in parts)
        in_order = [one.id for one in sorted(lots, key=policy.spending_order) if there[one.id]]
        assert [part.id for part in parts] == in_order[: len(parts)]
        assert all(part.cents == there[part.id] for part in parts[:-1])


class TestPlanRelease:
    def test_gives_back_the_latest_to_expire_first(self) -> None:
        parts = [held("soon", 1_000, days=10), held("late", 1_000, days=90)]

        assert policy.plan_release(parts, 1_500) == [Part("late", 1_000), Part("soon", 500)]

    def test_gives_back_what_never_expires_before_all(self) -> None:
        parts = [held("late", 1_000, days=90), held("never", 1_000, days=None)]

        assert policy.plan_release(parts, 400) == [Part("never", 400)]

    def test_gives_back_all_when_no_amount_is_named(self) -> None:
        parts = [held("soon", 1_000, days=10), held("late", 700, days=90)]

        assert policy.plan_release(parts, None) == [Part("late", 700), Part("soon", 1_000)]

    @given(HELD, st.integers(0, 20_000))
    def test_leaves_exactly_what_using_the_rest_would_take(
        self, parts: list[Held], cents: int
    ) -> None:
        total = sum(one.cents for one in parts)
        given_back = policy.plan_release(parts, cents)
        used = policy.plan_use(parts, max(0, total - cents))

        both = sorted((part.id, part.cents) for part in [*given_back, *used])
        together: dict[str, int] = {}
        for name, amount in both:
            together[name] = together.get(name, 0) + amount
        assert together == {one.id: one.cents for one in parts}


class TestPlanUse:
    def test_uses_the_earliest_to_expire_first(self) -> None:
        parts = [held("late", 1_000, days=90), held("soon", 1_000, days=10)]

        assert policy.plan_use(parts, 1_200) == [Part("soon", 1_000), Part("late", 200)]
        assert policy.plan_use(parts, None) == [Part("soon", 1_000), Part("late", 1_000)]


def issued(name: str, available: int, open_cents: int, *, days: int = 30) -> Revocable:
    return Revocable(name, available, open_cents, NOW + days * DAY, NOW)


class TestPlanRevocation:
    def test_takes_what_is_there_and_counts_the_rest_as_spent(self) -> None:
        assert policy.plan_revocation([issued("a", 700, 1_000)], None) == [
            Revocation("a", 700, 300)
        ]

    def test_takes_what_is_there_of_every_lot_before_anything_counts_as_spent(self) -> None:
        lots = [issued("soon", 200, 1_000, days=10), issued("late", 600, 1_000, days=90)]

        assert policy.plan_revocation(lots, 1_000) == [
            Revocation("soon", 200, 200),
            Revocation("late", 600, 0),
        ]

    def test_takes_no_more_than_is_open(self) -> None:
        assert policy.plan_revocation([issued("a", 700, 300)], None) == [Revocation("a", 300, 0)]
        assert policy.plan_revocation([issued("a", 700, 0)], None) == []

    @given(
        st.lists(
            st.builds(
                issued,
                st.uuids().map(str),
                st.integers(0, 3_000),
                st.integers(0, 3_000),
                days=st.integers(-3, 400),
            ),
            max_size=6,
        ),
        st.none() | st.integers(0, 12_000),
    )
    def test_comes_to_exactly_what_is_wanted_or_open(
        self, lots: list[Revocable], cents: int | None
    ) -> None:
        found = policy.plan_revocation(lots, cents)

        open_cents = sum(one.open_cents for one in lots)
        taken = sum(one.revoked_cents + one.spent_cents for one in found)
        assert taken == (open_cents if cents is None else min(cents, open_cents))
        by_id = {one.id: one for one in lots}
        assert all(one.revoked_cents <= by_id[one.id].available_cents for one in found)
        assert all(one.revoked_cents + one.spent_cents <= by_id[one.id].open_cents for one in found)


class TestMilestone:
    def test_pays_at_the_fifth_and_the_eleventh_of_every_eleven(self) -> None:
        earned = {n: policy.milestone_cents(n) for n in range(34) if policy.milestone_cents(n)}

        assert earned == {5: 1_000, 11: 2_000, 16: 1_000, 22: 2_000, 27: 1_000, 33: 2_000}

    def test_says_which_of_the_two_it_is(self) -> None:
        assert policy.milestone(16) == (CreditSource.MILESTONE_5, 1_000)
        assert policy.milestone(22) == (CreditSource.MILESTONE_11, 2_000)
        assert policy.milestone(0) is None
