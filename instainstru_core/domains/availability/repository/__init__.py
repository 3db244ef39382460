"""Named queries over open days and occupied times. Each is one statement."""

from instainstru_core.domains.availability.repository.blackouts import (
    add_blackouts,
    remove_blackout,
)
from instainstru_core.domains.availability.repository.calendars import (
    Taken,
    calendars,
    taken,
)
from instainstru_core.domains.availability.repository.many import Loaded, load_many
from instainstru_core.domains.availability.repository.occupied import (
    TakenSpan,
    keep,
    occupy,
    release,
    spans,
)
from instainstru_core.domains.availability.repository.weeks import Stored, save, stored

__all__ = [
    "Loaded",
    "Stored",
    "Taken",
    "TakenSpan",
    "add_blackouts",
    "calendars",
    "keep",
    "load_many",
    "occupy",
    "release",
    "remove_blackout",
    "save",
    "spans",
    "stored",
    "taken",
]
