"""Open hours, what is free of them, and what takes them up."""

from instainstru_core.domains.availability.service.blackouts import (
    add_blackouts,
    blackouts,
    remove_blackout,
)
from instainstru_core.domains.availability.service.filling import (
    apply_pattern,
    copy_week,
    edit_days,
)
from instainstru_core.domains.availability.service.free import free_times
from instainstru_core.domains.availability.service.many import (
    Hours,
    free_for_many,
    free_for_wishes,
)
from instainstru_core.domains.availability.service.occupancy import (
    keep,
    occupy,
    release,
    require_open,
)
from instainstru_core.domains.availability.service.retention import forget_days
from instainstru_core.domains.availability.service.weeks import save_week, week

__all__ = [
    "Hours",
    "add_blackouts",
    "apply_pattern",
    "blackouts",
    "copy_week",
    "edit_days",
    "forget_days",
    "free_for_many",
    "free_for_wishes",
    "free_times",
    "keep",
    "occupy",
    "release",
    "remove_blackout",
    "require_open",
    "save_week",
    "week",
]
