"""What words mean among the services of the catalog, and what a language model said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.types.parsed import Phrase

Vectors: TypeAlias = NDArray[np.float32]
"""One row for each text, each of length 1. A text of which nothing is known is all zeros."""


class Reason(StrEnum):
    """Why a service is meant, the most certain first."""

    NAME = "name"
    SYNONYM = "synonym"
    SUBCATEGORY = "subcategory"
    CATEGORY = "category"
    PART = "part"
    """A whole part of its name, such as drum of Drums & Percussion."""
    PREFIX = "prefix"
    TYPO = "typo"
    DESCRIPTION = "description"
    MEANING = "meaning"
    """Nothing but what the words mean, by vector."""


class By(StrEnum):
    """What looked for services."""

    NOTHING = "nothing"
    """No service is wished for."""
    TEXT = "text"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class ServiceMatch:
    """A service that is meant. `score` is from 0 to 1, `words` are those of the text that mean it
    and `matched` is the word of the catalog that they met. `text` and `vector` are the scores of
    each side, None where that side did not find it.
    """

    service_id: str
    score: float
    reason: Reason
    words: str
    matched: str
    text: float | None = None
    vector: float | None = None


@dataclass(frozen=True, slots=True)
class PhraseMeaning:
    """What one wished phrase means, best first; nothing where the catalog has no such service.
    Then `near` are the services that come nearest, which are not meant.
    """

    phrase: Phrase
    matches: tuple[ServiceMatch, ...]
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meant:
    """The services that a text means, each wish by itself, without those that it excludes."""

    wishes: tuple[PhraseMeaning, ...] = ()
    excluded: frozenset[str] = frozenset()
    by: By = By.NOTHING
    reasons: tuple[str, ...] = ()
    """Why it is less than it could be, such as `embedding_timeout`; empty when it is not."""
    unheeded: tuple[Phrase, ...] = ()
    """What is not wished and is no service, so that nothing is kept out for it."""

    @property
    def services(self) -> Mapping[str, float] | None:
        """The relevance of each service from 0 to 1; None asks for any, none at all for nothing
        that the catalog has.
        """
        if not self.wishes:
            return None
        best: dict[str, float] = {}
        for wish in self.wishes:
            for match in wish.matches:
                if match.service_id not in self.excluded:
                    best[match.service_id] = max(best.get(match.service_id, 0.0), match.score)
        return best

    @property
    def unknown(self) -> tuple[str, ...]:
        """The wishes that mean no service."""
        return tuple(phrase.text for phrase in self.missed)

    @property
    def missed(self) -> tuple[Phrase, ...]:
        """Likewise, with their places in the text."""
        return tuple(wish.phrase for wish in self.wishes if not wish.matches)

    @property
    def nearest(self) -> tuple[str, ...]:
        """The services that come nearest to wishes that mean none."""
        return tuple(dict.fromkeys(one for wish in self.wishes for one in wish.near))


class ModelUse(StrEnum):
    """What the language model had to do with an answer."""

    UNNEEDED = "unneeded"
    """The grammar was certain."""
    OFF = "off"
    """No model is configured."""
    USED = "used"
    CACHED = "cached"
    TIMEOUT = "timeout"
    BUSY = "busy"
    """All calls that may run at once were taken until the time was up."""
    REFUSED = "refused"
    """The model, or whoever runs it, did not answer, or answered with what is no reading."""
    OPEN_CIRCUIT = "open_circuit"
    """It failed so often of late that it is not asked."""
