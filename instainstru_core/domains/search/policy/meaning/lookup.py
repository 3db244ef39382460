"""Which services a phrase means by its text alone.

What the catalog has a name for is certain: that name's services and no others. Otherwise the
longest names within the phrase count, and at last single words, also begun or misspelled ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from instainstru_core.domains.catalog.policy import fold
from instainstru_core.domains.search.policy.meaning.forms import (
    GENERIC,
    key,
    root,
    root_key,
    squashed,
    without_generic,
)
from instainstru_core.domains.search.policy.meaning.lexicon import (
    IN_GROUP,
    WEAK_NAMES,
    Lexicon,
    Sense,
)
from instainstru_core.domains.search.policy.meaning.real_words import (
    ABOUT_OTHERS,
    REAL_WORDS,
    TRADES,
    UNTAUGHT,
)
from instainstru_core.domains.search.types.meaning import Reason, ServiceMatch

ROOT_SHARE = 0.95
OWN_SHARE = 0.05
"""What a service of a group gains that is called by the same word itself."""

LEFT_OVER_SHARE = 0.9
WEAK_SHARE = 0.45
PREFIX_SHARE = 0.85
TYPO_SHARE = 0.85
LEAST_PREFIX = 4
LEAST_TYPO = 5
LONG_WORD = 10
LEAST_SCORE = 0.45
WITHIN = 0.12
MOST = 12
LANGUAGES = "languages"
EXAMS = "test-prep"
TUTORING = "tutoring"
# fmt: off
STYLES = frozenset({
    "african", "bachata", "bollywood", "flamenco", "hip-hop", "house-dance", "irish",
    "jazz-contemporary", "k-pop", "salsa", "swing", "tango",
})
# fmt: on
"""Dances whose names are also those of music: "jazz guitar" is a guitar."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a phrase means, best first. Where it is certain nothing else needs to be asked."""

    matches: tuple[ServiceMatch, ...]
    is_certain: bool


NOTHING = Finding((), is_certain=False)


@dataclass(frozen=True, slots=True)
class _Span:
    """Words of a phrase that are a name."""

    start: int
    end: int
    senses: tuple[Sense, ...]

    @property
    def places(self) -> frozenset[int]:
        """The services that it stands for."""
        return frozenset(place for sense in self.senses for place in sense.places)

    @property
    def is_name(self) -> bool:
        """Whether it is the name of a service itself."""
        return any(sense.reason is Reason.NAME for sense in self.senses)


class Lookup:
    """Answers for one version of the catalog; it remembers what it was asked."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.ages = {
            entry.id: frozenset(age.value for age in entry.age_groups) for entry in lexicon.entries
        }
        self.find = lru_cache(maxsize=4_096)(self._find)
        self.entries = {entry.id: entry for entry in lexicon.entries}

    def _find(self, phrase: str) -> Finding:
        """The services that these words mean."""
        folded = fold(phrase)
        for words in dict.fromkeys((folded, without_generic(folded))):
            found = self.named(words)
            if found is not None:
                return Finding(found, is_certain=True)
        words = without_generic(folded) or folded
        if inner := self.lexicon.within(words):
            senses, _ = self._senses(inner)
            return Finding(self._matches(senses, inner, LEFT_OVER_SHARE), is_certain=True)
        if words in REAL_WORDS or words in UNTAUGHT:
            return Finding((), is_certain=True)
        repaired = self._repaired(words)
        if repaired != words:
            meant = self._find(repaired)
            return Finding(tuple(map(_as_typo, meant.matches)), meant.is_certain)
        finding = self._within(words) or self._scored(words)
        is_trade = not finding.is_certain and not TRADES.isdisjoint(words.split())
        if is_trade or _is_about_others(folded):
            return Finding((), is_certain=True)
        return finding

    def named(self, words: str) -> tuple[ServiceMatch, ...] | None:
        """What has exactly this name, if anything has."""
        senses, share = self._senses(words)
        return self._matches(senses, words, share) if senses else None

    def _senses(self, words: str) -> tuple[tuple[Sense, ...], float]:
        """What has this name, and how much of it. A trade is no name in the singular: mechanics is
        physics, a mechanic is not.
        """
        found, share = self._named(words)
        trades = TRADES.intersection(words.split())
        if trades:
            found = tuple(one for one in found if trades.issubset(fold(one.term).split()))
        return found, share

    def _named(self, words: str) -> tuple[tuple[Sense, ...], float]:
        if not words:
            return (), 0.0
        lexicon = self.lexicon
        if found := lexicon.exact.get(key(words)):
            return found, 1.0
        if found := lexicon.joined.get(squashed(words)):
            return found, 1.0
        if found := lexicon.roots.get(root_key(words)):
            return found, ROOT_SHARE
        return (), 0.0

    def _matches(
        self, senses: Iterable[Sense], words: str, share: float
    ) -> tuple[ServiceMatch, ...]:
        best: dict[int, ServiceMatch] = {}
        roots = frozenset(map(root, words.split()))
        for sense in senses:
            for place in sense.places:
                score = sense.score
                if len(sense.places) > 1:
                    score += OWN_SHARE * self._says(place, roots)
                match = ServiceMatch(
                    service_id=self.lexicon.entries[place].id,
                    score=round(score * share, 4),
                    reason=sense.reason,
                    words=words,
                    matched=sense.term,
                    text=round(score * share, 4),
                )
                known = best.get(place)
                if known is None or match.score > known.score:
                    best[place] = match
        return ordered(best.values())

    def _says(self, place: int, roots: Iterable[str]) -> float:
        """How much the service itself is called by one of these words; 0 where it is not."""
        weights = self.lexicon.weights
        most = max((weights.get(word, {}).get(place, 0.0) for word in roots), default=0.0)
        return most if most > IN_GROUP else 0.0

    # --- names within the phrase -----------------------------------------------------------------

    def _within(self, words: str) -> Finding | None:
        """What the names mean that stand within the phrase, where they carry it."""
        split = words.split()
        named = list(self._spans(split))
        spans = self._fitting(named)
        if not spans:
            return None
        covered = {at for span in named for at in range(span.start, span.end)}
        left = [split[at] for at in range(len(split)) if at not in covered]
        places = frozenset[int]().union(*(span.places for span in spans))
        is_weak = all(map(_is_doubtful, spans)) and any(
            not any(self._says(place, (root(word),)) for place in places) for word in left
        )
        is_part = bool(left) or len(spans) < len(named)
        share = WEAK_SHARE if is_weak else LEFT_OVER_SHARE if is_part else 1.0
        best: dict[str, ServiceMatch] = {}
        for span in spans:
            for match in self._matches(span.senses, " ".join(split[span.start : span.end]), share):
                known = best.get(match.service_id)
                if known is None or match.score > known.score:
                    best[match.service_id] = match
        return Finding(ordered(best.values()), is_certain=not is_weak)

    def _spans(self, split: Sequence[str]) -> Iterator[_Span]:
        """The longest names, from the end: what comes last in English is what is meant."""
        end = len(split)
        while end > 0:
            for start in range(max(0, end - self.lexicon.longest), end):
                senses, share = self._senses(" ".join(split[start:end]))
                if senses and share == 1.0:
                    yield _Span(start, end, senses)
                    end = start
                    break
            else:
                end -= 1

    def _fitting(self, spans: list[_Span]) -> list[_Span]:
        """Those that say what is wanted: not the language of "spanish guitar", but the exam of
        "sat math".
        """
        if len(spans) < 2:  # noqa: PLR2004 - there is nothing to choose
            return spans
        exams = [span for span in spans if span.is_name and self._all_in(span, EXAMS)]
        if exams and all(span in exams or self._all_in(span, TUTORING) for span in spans):
            return exams
        meant = [span for span in spans if not self._is_manner(span)] or spans
        specific = [span for span in meant if _is_specific(span)] or meant
        named = [span for span in specific if span.is_name]
        return named or specific

    def _is_manner(self, span: _Span) -> bool:
        """Whether this says how rather than what, where something else is named."""
        places = [place for sense in span.senses for place in sense.places]
        return self._all_in(span, LANGUAGES) or all(
            self.lexicon.entries[place].slug in STYLES for place in places
        )

    def _names_something(self, word: str) -> bool:
        return any(
            weight > IN_GROUP for weight in self.lexicon.weights.get(root(word), {}).values()
        )

    def _all_in(self, span: _Span, group: str) -> bool:
        lexicon = self.lexicon
        return all(
            group in {lexicon.category_of[place], lexicon.subcategory_of[place]}
            for place in span.places
        )

    # --- single words ----------------------------------------------------------------------------

    def _scored(self, words: str) -> Finding:
        """The services that say most of these words of themselves."""
        split = words.split()
        roots = [(word, root(word)) for word in split if word not in GENERIC and len(word) > 1]
        if not roots:
            return NOTHING
        scores: dict[int, float] = {}
        reasons: dict[int, tuple[float, Reason, str]] = {}
        total = 0.0
        for word, stem in roots:
            heard, share, reason = self._heard(word, stem)
            rarity = max((self.lexicon.rarity[one] for one in heard), default=1.0)
            total += rarity
            said: dict[int, tuple[float, str]] = {}
            for one in heard:
                for place, weight in self.lexicon.weights[one].items():
                    if weight > said.get(place, (0.0, ""))[0]:
                        said[place] = weight, one
            for place, (weight, one) in said.items():
                gain = rarity * weight * share
                scores[place] = scores.get(place, 0.0) + gain
                if gain > reasons.get(place, (0.0, reason, one))[0]:
                    reasons[place] = gain, _reason(reason, weight), one
        found = [
            ServiceMatch(
                service_id=self.lexicon.entries[place].id,
                score=round(score / total * LEFT_OVER_SHARE, 4),
                reason=reasons[place][1],
                words=words,
                matched=reasons[place][2],
                text=round(score / total * LEFT_OVER_SHARE, 4),
            )
            for place, score in scores.items()
            if score / total * LEFT_OVER_SHARE >= LEAST_SCORE
        ]
        best = ordered(found)
        if not best:
            return NOTHING
        least = best[0].score - WITHIN
        return Finding(
            tuple(match for match in best[:MOST] if match.score >= least), is_certain=False
        )

    def _repaired(self, words: str) -> str:
        """The words, where the catalog has one that is nearly the same as it spells that."""
        return " ".join(map(self._spelled, words.split()))

    def _spelled(self, word: str) -> str:
        lexicon = self.lexicon
        if (
            len(word) < LEAST_TYPO
            or word in REAL_WORDS
            or word in TRADES
            or root(word) in lexicon.weights
        ):
            return word
        if lexicon.is_begun(word):
            return word
        most = 2 if len(word) >= LONG_WORD else 1
        near = process.extractOne(
            word, lexicon.spelled_like(word), scorer=OSA.distance, score_cutoff=most
        )
        return word if near is None else near[0]

    def _heard(self, word: str, stem: str) -> tuple[tuple[str, ...], float, Reason]:
        """The known words that a word stands for, how much they count, and why."""
        lexicon = self.lexicon
        if stem in lexicon.weights:
            return (stem,), 1.0, Reason.PART
        if len(word) >= LEAST_PREFIX:
            begun = lexicon.begun(word)
            if begun:
                return begun[:MOST], PREFIX_SHARE, Reason.PREFIX
        return (), 0.0, Reason.PART


def _is_about_others(folded: str) -> bool:
    """Whether what stands last makes something else of the word before it, as in "piano movers";
    "cpr for a babysitter" is no such thing.
    """
    split = folded.split()
    while split and split[-1] in GENERIC:
        split.pop()
    return len(split) > 1 and split[-1] in ABOUT_OTHERS and split[-2] not in GENERIC


def _reason(reason: Reason, weight: float) -> Reason:
    if reason is Reason.PART and weight < 0.5:  # noqa: PLR2004 - no name has the word
        return Reason.DESCRIPTION
    return reason


def _is_doubtful(span: _Span) -> bool:
    """Whether these words often mean something else, so that the others have to fit."""
    return all(
        sense.reason is Reason.SYNONYM or key(sense.term.casefold()) in WEAK_NAMES
        for sense in span.senses
    )


def _is_specific(span: _Span) -> bool:
    return all(sense.reason in {Reason.NAME, Reason.SYNONYM} for sense in span.senses)


def _as_typo(match: ServiceMatch) -> ServiceMatch:
    score = round(match.score * TYPO_SHARE, 4)
    return replace(match, score=score, text=score, reason=Reason.TYPO)


_REASONS = {reason: place for place, reason in enumerate(Reason)}


def ordered(matches: Iterable[ServiceMatch]) -> tuple[ServiceMatch, ...]:
    """Best first; equal ones by reason, then by id."""
    return tuple(
        sorted(matches, key=lambda match: (-match.score, _REASONS[match.reason], match.service_id))
    )
