"""Pricing vocabulary. Pure."""

from enum import StrEnum


class Tier(StrEnum):
    """What share of the price an instructor pays; more lessons, less fee."""

    FOUNDING = "founding"
    ENTRY = "entry"
    GROWTH = "growth"
    PRO = "pro"
