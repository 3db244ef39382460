"""Money is whole cents of one currency. Rounding happens here and nowhere else."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TypeAlias

CURRENCY = "USD"

Rate: TypeAlias = Decimal
"""A share of an amount: Decimal("0.12") is twelve percent."""


@dataclass(frozen=True, slots=True, order=True)
class Cents:
    """An amount in US cents. May be negative where a balance may be."""

    amount: int

    def __add__(self, other: "Cents") -> "Cents":
        return Cents(self.amount + other.amount)

    def __sub__(self, other: "Cents") -> "Cents":
        return Cents(self.amount - other.amount)

    def share(self, rate: Rate) -> "Cents":
        """This part of the amount, half-up to the cent, rounded once."""
        return Cents(half_up(Fraction(self.amount) * Fraction(rate)))

    def prorated(self, minutes: int) -> "Cents":
        """The price of so many minutes at this hourly rate, half-up to the cent."""
        return Cents(half_up(Fraction(self.amount * minutes, 60)))


ZERO = Cents(0)


def half_up(value: Fraction) -> int:
    """Round an exact fraction of cents to whole cents; halves go away from zero."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    doubled = value * 2
    if doubled.denominator == 1:
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return round(value)


def dollars(cents: int) -> str:
    """A readable amount: 123450 becomes "$1,234.50"."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}${whole:,}.{part:02d}"
