"""Catalog vocabulary. Pure."""

from enum import StrEnum


class AgeGroup(StrEnum):
    """Whom a service is for."""

    TODDLER = "toddler"
    KIDS = "kids"
    TEENS = "teens"
    ADULTS = "adults"
