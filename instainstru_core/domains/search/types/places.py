"""What words for a place were resolved to, and how. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum

from instainstru_core.domains.regions.types import Borough, Place, PlaceKind
from instainstru_core.domains.search.types.wanted import Where


class Tier(StrEnum):
    """The steps of the ladder, from certain to guessed. The first four always run."""

    EXACT = "exact"
    ALIAS = "alias"
    SUBSTRING = "substring"
    FUZZY = "fuzzy"
    EMBEDDING = "embedding"
    MODEL = "model"


class WhySkipped(StrEnum):
    """Why a step of the ladder was not taken."""

    NOT_NEEDED = "not_needed"
    """A step before it knew the place."""
    NOTHING_TO_ASK = "nothing_to_ask"
    """The words hold nothing that could be a name."""
    NOT_A_NAME = "not_a_name"
    """Made-up words: nothing like them is on the map."""
    OFF = "off"
    """Not configured."""
    NO_TIME = "no_time"
    """The deadline does not afford it."""
    UNAVAILABLE = "unavailable"
    """Asked, and no answer came."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step that was not taken, and why."""

    tier: Tier
    why: WhySkipped


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the areas that the words may mean."""

    key: str
    name: str
    borough: Borough | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the words for a place mean, and how sure that is, from 0 to 1.

    Without a place they mean nothing known, or with `elsewhere` a place outside the city. An
    ambiguous place is searched as the union of its areas; `candidates` lists them.
    """

    text: str
    place: Place | None = None
    tier: Tier | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    elsewhere: str | None = None
    skipped: tuple[Skipped, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Whether nobody knows which of the candidates is meant."""
        return self.place is not None and self.place.ambiguous

    @property
    def where(self) -> Where:
        """What matching takes: no areas for the whole city, and for what means nothing known."""
        if self.place is None or self.place.kind is PlaceKind.CITY:
            return Where()
        return Where(frozenset(self.place.area_keys), self.place.point)

    def without(self, *steps: Skipped) -> "Resolution":
        """The same, with these steps noted as not taken."""
        return replace(self, skipped=(*self.skipped, *steps))


class HereSource(StrEnum):
    """How it is known where somebody is."""

    DEVICE = "device"
    ADDRESS = "address"


class Missing(StrEnum):
    """What would have to be known to tell where somebody is."""

    SIGN_IN = "sign_in"
    """A guest has no address, and the device told nothing."""
    ADDRESS = "address"
    """Signed in, without an address that has a point."""


HINTS = {
    Missing.SIGN_IN: (
        "To search near you, let the device tell where it is, sign in, or name a neighborhood."
    ),
    Missing.ADDRESS: (
        "To search near you, save an address with its point, let the device tell where it is, or"
        " name a neighborhood."
    ),
}


OUTSIDE = "This is not in New York City. Try online lessons, or name a neighborhood."


@dataclass(frozen=True, slots=True)
class Here:
    """Where whoever asks is: a point (latitude, longitude), and its area; outside the city none.

    Without a point, `missing` says what lacks. The point is theirs and goes nowhere.
    """

    point: tuple[float, float] | None = None
    source: HereSource | None = None
    area: Place | None = None
    missing: Missing | None = None

    @property
    def hint(self) -> str | None:
        """What to do where it is not known, or not in the city."""
        if self.missing is not None:
            return HINTS[self.missing]
        return OUTSIDE if self.point is not None and self.area is None else None

    @property
    def where(self) -> Where:
        """What matching takes: around the point; outside the city nobody."""
        if self.point is None:
            return Where()
        keys = () if self.area is None else self.area.area_keys
        return Where(frozenset(keys), self.point)
