"""Money is whole cents of one currency. Rounding happens here and nowhere else."""

from dataclasses import dataclass
from decimal import Decimal
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
        part, whole = rate.as_integer_ratio()
        return Cents(_half_up(self.amount * part, whole))

    def prorated(self, minutes: int) -> "Cents":
        """The price of so many minutes at this hourly rate, half-up to the cent."""
        return Cents(_half_up(self.amount * minutes, 60))


ZERO = Cents(0)


def half_up(value: Fraction) -> int:
    """Round an exact fraction of cents to whole cents; halves go away from zero."""
    return _half_up(value.numerator, value.denominator)


def _half_up(numerator: int, denominator: int) -> int:
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def dollars(cents: int) -> str:
    """A readable amount: 123450 becomes "$1,234.50"."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}${whole:,}.{part:02d}"
