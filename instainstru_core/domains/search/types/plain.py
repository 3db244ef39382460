"""Search vocabulary. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from instainstru_core.domains.catalog.policy import Match
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Place


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a text asks for. Without `matches` and `unknown` any service will do."""

    matches: tuple[Match, ...]
    place: Place | None
    unknown: str

    @property
    def services(self) -> Mapping[str, float]:
        return {match.service_id: match.score for match in self.matches}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offering that answers a search, and what speaks for it."""

    instructor_id: str
    offering_id: str
    service_id: str
    formats: tuple[LessonFormat, ...]
    from_cents: int
    travels_there: bool
    hosts_there: bool
    meters: float | None
    years_experience: int
    is_founding: bool


@dataclass(frozen=True, slots=True)
class Signals:
    """What a result's place in the order follows from, each from 0 to 1."""

    match: float
    place: float
    price: float
    experience: float
    founding: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best offering of an instructor with its score in ten-thousandths."""

    offer: Candidate
    signals: Signals
    score: int

    @property
    def order(self) -> tuple[int, str]:
        """Best first, then whoever came first."""
        return -self.score, self.offer.instructor_id
