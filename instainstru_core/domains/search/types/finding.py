"""A search between its steps: what is known before instructors are looked for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from time import perf_counter

from instainstru_core.domains.regions.types import Place
from instainstru_core.domains.search.types.asked import Given
from instainstru_core.domains.search.types.degrading import Lack
from instainstru_core.domains.search.types.meaning import Meant, ModelUse, Vectors
from instainstru_core.domains.search.types.parsed import Parsed
from instainstru_core.domains.search.types.places import Here, HereSource, Resolution
from instainstru_core.domains.search.types.wanted import Wanted


class AgainLacks(StrEnum):
    """Why nobody is known who taught them before."""

    SIGN_IN = "sign_in"
    LESSONS = "lessons"
    """No such lesson took place."""


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
    again_lacks: AgainLacks | None = None
    """Why it is not known with whom they had lessons before, where the text speaks of that."""
    inferred: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @property
    def is_personal(self) -> bool:
        """Whether somebody else would get another answer to the same."""
        if self.parsed.again is not None:
            return True
        return self.here is not None and self.here.source is not HereSource.DEVICE

    @property
    def is_located(self) -> bool:
        """Whether the answer tells something of where somebody is."""
        return self.is_near_me or self.here is not None

    @property
    def unread(self) -> tuple[str, ...]:
        """What of the text names nothing that can be searched for, as it was typed."""
        missed = [self.parsed.typed(phrase) for phrase in self.meant.missed]
        return (*missed, *([self.parsed.rest] if self.parsed.rest else []))

    @property
    def unknown_days(self) -> tuple[str, ...]:
        """Days that only others know, as they were typed."""
        return tuple(map(self.parsed.typed, self.parsed.unknown_days))

    @property
    def not_kept_out(self) -> tuple[str, ...]:
        """What is not wished and could not be kept out: it is no service, or not a whole one."""
        phrases = (*self.meant.unheeded, *self.parsed.unheeded)
        return tuple(dict.fromkeys(map(self.parsed.typed, phrases)))

    @property
    def is_bare(self) -> bool:
        """Whether nothing at all was asked for that narrows."""
        wanted, parsed = self.wanted, self.parsed
        return bool(parsed.text) and not parsed.marks and wanted == Wanted(sort=wanted.sort)

    @property
    def is_out_of_reach(self) -> bool:
        """Whether the text names days that are over or too far away, so that none counts."""
        given = self.given.first is not None or self.given.last is not None
        return self.parsed.dates is not None and self.wanted.when is None and not given

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
