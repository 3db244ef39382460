"""What was given beside a text, with its names resolved; and how a search is to be made. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.types.parsed import AgeGroup, Skill
from instainstru_core.domains.search.types.wanted import Sort


@dataclass(frozen=True, slots=True)
class Given:
    """Filters as they were sent. They beat what the text says; None leaves it to the text.

    `after` and `before` are minutes of New York's clock.
    """

    services: frozenset[str] | None = None
    first: date | None = None
    last: date | None = None
    after: int | None = None
    before: int | None = None
    minutes: int | None = None
    formats: frozenset[LessonFormat] | None = None
    min_cents: int | None = None
    max_cents: int | None = None
    age_group: AgeGroup | None = None
    skills: frozenset[Skill] | None = None
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    min_rating: float | None = None
    sort: Sort = Sort.RECOMMENDED


@dataclass(frozen=True, slots=True)
class Switches:
    """What staff may turn on and off to see how a search is made."""

    explain: bool = False
    skip_model: bool = False
    skip_vectors: bool = False
    high_load: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the search is made as for everybody."""
        return not (self.explain or self.skip_model or self.skip_vectors or self.high_load)


PLAIN = Switches()
