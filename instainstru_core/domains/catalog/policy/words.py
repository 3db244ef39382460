"""How names become slugs, and which service a query means. Pure functions over plain values."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from rapidfuzz import fuzz

from instainstru_core.domains.catalog.types import MatchReason, Term, TermKind

MAX_QUERY_LENGTH = 200
ACCENTS = 200
"""From this class on, combining signs only stand above or below a letter."""

# fmt: off
GENERIC_WORDS = frozenset({
    "a", "an", "and", "class", "classes", "coach", "coaching", "course", "courses", "for", "how",
    "i", "in", "instruction", "instructor", "instructors", "learn", "learning", "lesson",
    "lessons", "looking", "me", "my", "need", "of", "private", "teacher", "teachers", "teaching",
    "the", "to", "training", "tutor", "tutorial", "tutoring", "tutors", "want", "with",
})
# fmt: on
"""Words that say someone wants to learn, not what."""

# fmt: off
QUALIFIERS = frozenset({
    "adult", "adults", "advanced", "affordable", "afternoon", "at", "beginner", "beginners",
    "beginning", "best", "boy", "cheap", "child", "children", "daughter", "evening", "experienced",
    "expert", "friday", "girl", "good", "great", "home", "intermediate", "kid", "kids", "local",
    "monday", "morning", "near", "nearby", "old", "on", "online", "person", "remote", "saturday",
    "senior", "seniors", "son", "sunday", "teen", "teenager", "teenagers", "teens", "thursday",
    "today", "toddler", "toddlers", "tomorrow", "tuesday", "virtual", "wednesday", "weekend",
    "weekends", "year", "years", "zoom",
})
# fmt: on
"""Words that say for whom, when or how, not what; a service may still be named by one."""

MIN_TYPO_LENGTH = 5
MIN_LIKENESS = 82.0
QUALIFIED_SHARE = 0.85
"""What a match is worth that leaves qualifiers out, or takes one of several wishes."""

MAX_LOOSE_FORMS = 4
MIN_PREFIX = 4
NEAR_SIMILARITY = 0.3
NEAR_WORD_SIMILARITY = 0.6
MIN_SIMILARITY = 0.35
WORD_SIMILARITY_WEIGHT = 0.8
AMBIGUITY_MARGIN = 0.05

_BETWEEN_WISHES = re.compile(r"\b(?:and|or)\b|[,;/+]")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REASONS = tuple(MatchReason)


def slugify(name: str) -> str:
    """The name in lower case with hyphens: "AI & Machine Learning" is "ai-machine-learning"."""
    plain = name.casefold().replace("&", "").replace("/", "-")
    plain = re.sub(r"[^a-z0-9 -]", "", plain)
    return re.sub(r"[ -]+", "-", plain).strip("-")


def is_slug(text: str) -> bool:
    return _SLUG.fullmatch(text) is not None


def fold(text: str) -> str:
    """Lower case without accents or punctuation, words parted by one space."""
    plain = unaccented(unicodedata.normalize("NFKD", text).casefold())
    return " ".join(re.findall(r"[^\W_]+", plain.replace("'", "")))


def unaccented(text: str) -> str:
    """The text without accents. Signs that make another letter of one stay, as in "\u30d4"."""
    letters = unicodedata.normalize("NFKD", text)
    kept = (letter for letter in letters if unicodedata.combining(letter) < ACCENTS)
    return unicodedata.normalize("NFC", "".join(kept))


def query_forms(query: str) -> tuple[str, ...]:
    """What to look for: the query itself and, where different, without the generic words."""
    full = fold(query)
    return _distinct(full, _without(full, GENERIC_WORDS))


def loose_forms(query: str) -> tuple[str, ...]:
    """What to look for beside that: without qualifiers, and each of several wishes by itself."""
    bare = _without(fold(query), GENERIC_WORDS | QUALIFIERS)
    wishes = [fold(part) for part in _BETWEEN_WISHES.split(query.casefold())]
    cores = [_without(wish, GENERIC_WORDS | QUALIFIERS) for wish in wishes]
    return tuple(
        form
        for form in _distinct(bare, *(cores if len(cores) > 1 else ()))[:MAX_LOOSE_FORMS]
        if form not in query_forms(query)
    )


def remainder(text: str, words: frozenset[str] = GENERIC_WORDS | QUALIFIERS) -> str:
    """The words of the text that say what is wanted."""
    return _without(fold(text), words)


def _without(text: str, words: frozenset[str]) -> str:
    return " ".join(word for word in text.split() if word not in words and not word.isdigit())


def _distinct(*forms: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for form in forms if form))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word of the catalog near one form of the query.

    `similarity` is the share of trigrams that both have, or of letters in order where only a few
    differ; `word_similarity` is the share of the
    form's own that the word has, so that a form within a longer word counts.
    """

    service_id: str
    kind: TermKind
    term: str
    folded: str
    form: str
    similarity: float
    word_similarity: float
    is_loose: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A service that answers the query. `term` is the word that matched."""

    service_id: str
    score: float
    reason: MatchReason
    term: str


class TermIndex:
    """The words of the catalog by the three-letter pieces they share with what is asked."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = terms
        self._folded = [fold(term.text) for term in terms]
        self._sizes: list[int] = []
        self._holders: dict[str, list[int]] = {}
        for place, folded in enumerate(self._folded):
            pieces = trigrams(folded)
            self._sizes.append(len(pieces))
            for piece in pieces:
                self._holders.setdefault(piece, []).append(place)

    def matches(self, query: str) -> list[Match]:
        """The services that a query may mean, best first."""
        return ranked(self.near(query_forms(query), loose_forms(query)))

    def near(self, forms: Iterable[str], loose: Iterable[str] = ()) -> Iterator[Candidate]:
        """The terms near one of these forms, how near, and whether the form is a loose one."""
        for is_loose, group in ((False, forms), (True, loose)):
            for form in group:
                yield from self._near(form, is_loose=is_loose)

    def _near(self, form: str, *, is_loose: bool) -> Iterator[Candidate]:
        pieces = trigrams(form)
        holders = (self._holders.get(piece, ()) for piece in pieces)
        for place, shared in Counter(chain.from_iterable(holders)).items():
            similarity = shared / (len(pieces) + self._sizes[place] - shared)
            word_similarity = shared / len(pieces)
            if similarity < NEAR_SIMILARITY and word_similarity < NEAR_WORD_SIMILARITY:
                continue
            term = self._terms[place]
            yield Candidate(
                service_id=term.service_id,
                kind=term.kind,
                term=term.text,
                folded=self._folded[place],
                form=form,
                similarity=max(similarity, _likeness(self._folded[place], form)),
                word_similarity=word_similarity,
                is_loose=is_loose,
            )


def _likeness(term: str, form: str) -> float:
    """The share of letters that two spellings have in common; 0 unless they are nearly the same."""
    if min(len(term), len(form)) < MIN_TYPO_LENGTH:
        return 0.0
    return fuzz.ratio(term, form, score_cutoff=MIN_LIKENESS) / 100


def trigrams(folded: str) -> frozenset[str]:
    """The three-letter pieces of the words, their beginnings and ends marked by spaces."""
    padded = (f"  {word} " for word in folded.split())
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def ranked(candidates: Iterable[Candidate]) -> list[Match]:
    """The best match of each service, best first; equal ones by reason and then by term."""
    best: dict[str, Match] = {}
    for candidate in candidates:
        match = _judged(candidate)
        if match is None:
            continue
        known = best.get(match.service_id)
        if known is None or _order(match) < _order(known):
            best[match.service_id] = match
    return sorted(best.values(), key=_order)


def is_ambiguous(matches: Sequence[Match]) -> bool:
    """Whether the two best matches are too close to choose between them."""
    return len(matches) > 1 and matches[0].score - matches[1].score < AMBIGUITY_MARGIN


def _order(match: Match) -> tuple[float, int, str, str]:
    return -match.score, _REASONS.index(match.reason), match.term, match.service_id


def _judged(candidate: Candidate) -> Match | None:
    verdict = _verdict(candidate)
    if verdict is None:
        return None
    score, reason = verdict
    if candidate.is_loose:
        score *= QUALIFIED_SHARE
    return Match(candidate.service_id, round(score, 4), reason, candidate.term)


def _verdict(candidate: Candidate) -> tuple[float, MatchReason] | None:
    term, form = candidate.folded, candidate.form
    share = min(1.0, len(form) / max(len(term), 1))
    near = max(candidate.similarity, candidate.word_similarity * WORD_SIMILARITY_WEIGHT)
    grades: tuple[tuple[bool, float, MatchReason], ...]
    exact, begins, similar = _same(term, form), _begins(term, form), near >= MIN_SIMILARITY
    match candidate.kind:
        case TermKind.NAME:
            grades = (
                (exact, 1.0, MatchReason.EXACT_NAME),
                (begins, 0.7 + 0.1 * share, MatchReason.NAME_PREFIX),
                (similar, 0.75 * near, MatchReason.SIMILAR_NAME),
            )
        case TermKind.SYNONYM:
            grades = (
                (exact, 0.95, MatchReason.EXACT_SYNONYM),
                (begins, 0.65 + 0.1 * share, MatchReason.SYNONYM_PREFIX),
                (similar, 0.7 * near, MatchReason.SIMILAR_SYNONYM),
            )
        case TermKind.SUBCATEGORY:
            grades = ((_names(candidate.term, form), 0.88, MatchReason.SUBCATEGORY),)
        case TermKind.CATEGORY:
            grades = ((_names(candidate.term, form), 0.85, MatchReason.CATEGORY),)
    return next(((score, reason) for holds, score, reason in grades if holds), None)


def _same(one: str, other: str) -> bool:
    """Whether these are the same words, one perhaps in the plural."""
    return other in {one, f"{one}s"} or one == f"{other}s"


def _begins(term: str, form: str) -> bool:
    """Whether the form is the beginning of the term; a short one has to be whole words of it."""
    return term.startswith(f"{form} ") or (len(form) >= MIN_PREFIX and term.startswith(form))


def _names(group: str, form: str) -> bool:
    """Whether the words are the name of this group, or one side of its "&"."""
    return any(_same(fold(part), form) for part in (group, *group.split(" & ")))
