"""Open hours, what is free of them, and what takes them up."""

from instainstru_core.domains.availability.service.free import free_for, free_times
from instainstru_core.domains.availability.service.many import free_for_many
from instainstru_core.domains.availability.service.occupancy import (
    keep,
    occupy,
    release,
    require_open,
)
from instainstru_core.domains.availability.service.weeks import save_week, week

__all__ = [
    "free_for",
    "free_for_many",
    "free_times",
    "keep",
    "occupy",
    "release",
    "require_open",
    "save_week",
    "week",
]
