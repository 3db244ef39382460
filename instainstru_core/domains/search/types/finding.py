"""A search between its steps: what is known before instructors are looked for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter

from instainstru_core.domains.regions.types import Place
from instainstru_core.domains.search.types.asked import Given
from instainstru_core.domains.search.types.degrading import Lack
from instainstru_core.domains.search.types.meaning import Meant, ModelUse, Vectors
from instainstru_core.domains.search.types.parsed import Parsed
from instainstru_core.domains.search.types.places import Here, HereSource, Resolution
from instainstru_core.domains.search.types.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Understood:
    """What a search asks for: the text as read, what was given beside it, and both as one wish.

    `place` is where to look, by name; `resolution` is what the text's words for a place mean.
    `here` is where whoever asks is, where that counts; `is_near_me` says that the text wants it.
    """

    parsed: Parsed
    given: Given
    meant: Meant
    wanted: Wanted
    model: ModelUse
    place: Place | None = None
    resolution: Resolution | None = None
    is_near_me: bool = False
    here: Here | None = None
    inferred: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @property
    def is_personal(self) -> bool:
        """Whether somebody else would get another answer to the same."""
        return self.here is not None and self.here.source is not HereSource.DEVICE

    @property
    def is_located(self) -> bool:
        """Whether the answer tells something of where somebody is."""
        return self.is_near_me or self.here is not None

    @property
    def place_not_found(self) -> str | None:
        """The words for a place that nobody knows."""
        found = self.resolution
        return found.text if found is not None and found.place is None and found.text else None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text as it is before the database is asked: read, with what models added to it."""

    parsed: Parsed
    model: ModelUse
    today: date
    vectors: Mapping[str, Vectors] | None = None
    resolution: Resolution | None = None
    check_times: bool = True


@dataclass(slots=True)
class Steps:
    """How long each step took, in milliseconds, and what the answer has to do without."""

    lacks: list[Lack]
    took: dict[str, float] = field(default_factory=dict[str, float])
    at: float = field(default_factory=perf_counter)

    def done(self, name: str) -> None:
        """What happened since the step before was this one."""
        now = perf_counter()
        self.took[name] = self.took.get(name, 0.0) + (now - self.at) * 1000
        self.at = now

    def lack(self, lack: Lack | None) -> None:
        """The answer has to do without this, if it is something."""
        if lack is not None and lack not in self.lacks:
            self.lacks.append(lack)
