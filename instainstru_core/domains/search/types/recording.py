"""What is kept of a search, and of whoever made it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from instainstru_core.domains.search.types.parsed import Parsed


class Device(StrEnum):
    """What someone searches with, as coarsely as a user agent tells."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"
    PROGRAM = "program"
    """A crawler, a script or a check: its searches are kept and counted nowhere."""
    UNKNOWN = "unknown"


class SearchSource(StrEnum):
    """Where a search came from."""

    TYPED = "typed"
    SUGGESTION = "suggestion"
    HISTORY = "history"
    CATEGORY = "category"
    SERVICE = "service"
    FILTER = "filter"


class FoundBy(StrEnum):
    """How the service of a result was found from the words."""

    EXACT = "exact"
    TEXT = "text"
    VECTOR = "vector"
    BOTH = "both"
    NONE = "none"
    """No service was wished."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, as a door sees them. It goes no further than `service.recording.searcher`."""

    guest: str | None = None
    """The guest session that the API once minted for this browser."""
    address: str | None = None
    """The network address. Never stored."""
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Searcher:
    """Who searches, as it is kept. `person` and `guest` are keyed hashes, None where unknown.

    `person` is the same for all that somebody does, signed in or as one guest; with neither it
    follows from `address_hash`, which says nothing on another day.
    """

    user_id: str | None = None
    guest: str | None = None
    person: str | None = None
    address_hash: str | None = None
    device: Device = Device.UNKNOWN

    @property
    def owner(self) -> tuple[str | None, str | None]:
        """Whose history this is: a user's or a guest's; (None, None) is nobody's."""
        return (self.user_id, None) if self.user_id is not None else (None, self.guest)


@dataclass(frozen=True, slots=True)
class Shown:
    """A result that was shown, at its 1-based position."""

    position: int
    instructor_id: str
    service_id: str
    score: float
    found_by: FoundBy = FoundBy.NONE
    signals: Mapping[str, float] = field(default_factory=dict[str, float])
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """A search that was answered, whole: what `service.recording.note` writes down.

    `search_id` is minted before the answer leaves, `at` is when it did. `service_ids` are those
    understood, best first; `area_keys` None is the whole city. `strict_count` is how many answered
    before anything was relaxed. `stages` are milliseconds. `service_scores` says of each service
    how well it fits; left out, all fit as well.
    """

    search_id: str
    at: datetime
    searcher: Searcher
    text: str
    result_count: int
    took_ms: float
    parsed: Parsed | None = None
    service_ids: tuple[str, ...] = ()
    service_scores: tuple[float, ...] = ()
    area_keys: tuple[str, ...] | None = None
    unresolved_place: str | None = None
    """The words for a place that nothing was found for."""
    strict_count: int | None = None
    relaxed: tuple[str, ...] = ()
    cache_hit: bool = False
    shown_as: str | None = None
    """The search that a stored answer was made for: what was shown is on record with it."""
    level: str = "none"
    """How degraded the answer was."""
    skipped: tuple[str, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict[str, float])
    shown: tuple[Shown, ...] = ()
    source: SearchSource = SearchSource.TYPED
