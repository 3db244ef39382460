"""What searches teach about names of places. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class AliasStatus(StrEnum):
    """Whether a name is used."""

    ACTIVE = "active"
    PENDING = "pending"
    """Waits for somebody to look at it; changes no answer."""
    REJECTED = "rejected"


class AliasSource(StrEnum):
    """Where a name came from."""

    MANUAL = "manual"
    LEARNED = "learned"
    """From what people clicked on after the name was not understood."""
    MODEL = "model"
    """A language model said so, of which nobody is sure."""


class UnresolvedStatus(StrEnum):
    """What became of words for a place that nobody knew."""

    WAITING = "waiting"
    """Too little is known yet."""
    REVIEW = "review"
    """People agree on something that a person has to decide."""
    LEARNED = "learned"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody searched for a place that was not known, by that search's keyed hashes.

    `address` tells on one day who shares an address. `is_user` is whether they were signed in.
    """

    person: str
    address: str | None
    is_user: bool


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody took up an instructor after such a search."""

    person: str
    instructor_id: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of one name."""

    sightings: tuple[Sighting, ...]
    clicks: tuple[Click, ...]


@dataclass(frozen=True, slots=True)
class Consensus:
    """What people who clicked agree on.

    `credits` are the people behind each area; `share` is that of the first area; `instructors` are
    those behind it.
    """

    area_key: str | None = None
    credits: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    share: float = 0.0
    instructors: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows: a name to learn, at once or after a look, or nothing yet."""

    status: UnresolvedStatus
    people: int
    clickers: int
    consensus: Consensus
    alias: AliasStatus | None = None
