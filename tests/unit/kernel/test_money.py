"""Whole cents, rounded half-up once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.money import Cents, dollars, half_up


class TestShare:
    @pytest.mark.parametrize(
        ("amount", "rate", "expected"),
        [
            (12_000, "0.12", 1_440),
            (10_001, "0.12", 1_200),
            (3_001, "0.15", 450),
            (9_259, "0.12", 1_111),
            (12_345, "0.5", 6_173),
            (1, "0.5", 1),
            (-1, "0.5", -1),
            (0, "0.15", 0),
        ],
    )
    def test_rounds_halves_away_from_zero(self, amount: int, rate: str, expected: int) -> None:
        assert Cents(amount).share(Decimal(rate)) == Cents(expected)

    @given(st.integers(0, 10**12), st.decimals(0, 1, places=4))
    def test_never_strays_more_than_half_a_cent(self, amount: int, rate: Decimal) -> None:
        exact = Fraction(amount) * Fraction(rate)
        assert abs(Cents(amount).share(rate).amount - exact) <= Fraction(1, 2)


class TestProrated:
    @pytest.mark.parametrize(
        ("hourly", "minutes", "expected"),
        [(12_000, 60, 12_000), (12_345, 45, 9_259), (6_001, 30, 3_001), (6_019, 60, 6_019)],
    )
    def test_prices_minutes_of_an_hourly_rate(
        self, hourly: int, minutes: int, expected: int
    ) -> None:
        assert Cents(hourly).prorated(minutes) == Cents(expected)


@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_is_left_alone(value: int) -> None:
    assert half_up(Fraction(value)) == value


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "$0.00"), (5, "$0.05"), (123_450, "$1,234.50"), (-9_99, "-$9.99")]
)
def test_dollars_reads_like_money(cents: int, text: str) -> None:
    assert dollars(cents) == text
