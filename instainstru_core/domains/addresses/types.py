"""Address vocabulary. Pure."""

from enum import StrEnum


class AddressLabel(StrEnum):
    """What a saved address is to its owner."""

    HOME = "home"
    WORK = "work"
    OTHER = "other"
