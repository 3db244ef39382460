"""What text and vector say together, and what a whole parsed text means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from instainstru_core.domains.catalog.policy import fold
from instainstru_core.domains.search.policy.meaning.forms import without_generic
from instainstru_core.domains.search.policy.meaning.lookup import Finding, Lookup, ordered
from instainstru_core.domains.search.policy.meaning.nearness import is_about, is_akin
from instainstru_core.domains.search.policy.meaning.vectors import VectorIndex
from instainstru_core.domains.search.types.meaning import (
    By,
    Meant,
    PhraseMeaning,
    Reason,
    ServiceMatch,
    Vectors,
)
from instainstru_core.domains.search.types.parsed import AgeGroup, Audience, Parsed, Phrase, Slot

VECTOR_WEIGHT = 0.6
TEXT_WEIGHT = 0.4
ONE_SIDE = 0.8
GUARDED_TEXT = 0.45
GUARDED_WORDS = 2
VARIANT_SHARE = 0.97
"""What a service counts that has its name only with the word for whom it is."""

LEAST_LIKENESS = 0.5
LEAST_LIKENESS_OF_ONE = 0.8
"""Of one word by itself: pieces of words make scuba like tuba."""

LEAST_OF_ONE_KNOWN = 0.7
"""What a name or a vector has to say of one word by itself: it may be one of many in a name, as in
"mba admissions test", "birth chart" and "water safety".
"""

LEAST_LETTERS_OF_ONE = 6
"""Shorter words by themselves are known by too few pieces: an axe is no axel."""

GROUPS = frozenset({Reason.SUBCATEGORY, Reason.CATEGORY})
CHILDREN = frozenset({AgeGroup.TODDLER.value, AgeGroup.KIDS.value, AgeGroup.TEENS.value})
LEAST_WORDS = 2
LEAST_SCORE = 0.55
"""What is less likely than that is told as near, and not looked for."""

LEAST_BESIDE_NOTHING = 0.85
"""Of a wish beside one that means nothing: to ride a horse is not to ride a bike."""

LEAST_NEAR = 0.35
MOST_NAMED = 3
WITHIN = 0.12
MOST = 8
MOST_NEAR = 30


def unclear(parsed: Parsed, lookup: Lookup) -> tuple[str, ...]:
    """The wishes that text alone is not certain of, for which a vector helps; where that is all of
    them, all that the text wishes for as one; and those that mean nothing, for what is near.
    """
    found = {one.text: lookup.find(one.text) for one in parsed.services}
    wishes = [text for text, finding in found.items() if not finding.is_certain]
    whole = _whole(parsed) if wishes and len(wishes) == len(found) else None
    empty = [text for text, finding in found.items() if not finding.matches]
    return tuple(dict.fromkeys([*wishes, *([whole.text] if whole else ()), *empty]))


def meant(
    parsed: Parsed,
    lookup: Lookup,
    services: VectorIndex | None,
    vectors: Mapping[str, Vectors],
    reasons: Sequence[str] = (),
) -> Meant:
    """The services that are meant. `vectors` are those of unclear wishes, by their text."""
    wishes = tuple(_wish(phrase, parsed, lookup, services, vectors) for phrase in parsed.services)
    found = [lookup.find(one.text) for one in parsed.services]
    if not any(one.is_certain and one.matches for one in found):
        whole = None if any(one.is_certain for one in found) else _whole(parsed)
        as_one = None if whole is None else _wish(whole, parsed, lookup, services, vectors)
        if as_one is not None and _best(as_one) > max(map(_best, wishes)):
            wishes = (as_one,)
        wishes = _without_scraps(wishes, lookup)
    unwished = {phrase: lookup.find(phrase.text) for phrase in parsed.excluded}
    excluded = frozenset(
        match.service_id
        for finding in unwished.values()
        if finding.is_certain
        for match in finding.matches
    )
    unheeded = tuple(
        phrase
        for phrase, finding in unwished.items()
        if not (finding.is_certain and finding.matches)
    )
    if not wishes:
        return Meant((), excluded, By.NOTHING, unheeded=unheeded)
    by = By.TEXT if services is None or reasons else By.HYBRID
    return Meant(wishes, excluded, by, tuple(reasons), unheeded)


def _without_scraps(wishes: tuple[PhraseMeaning, ...], lookup: Lookup) -> tuple[PhraseMeaning, ...]:
    """Wishes of which none is certain: where one means nothing, the others have to be likely."""
    if all(wish.matches for wish in wishes):
        return wishes
    words = " ".join(wish.phrase.text for wish in wishes)
    return tuple(
        wish
        if _best(wish) >= LEAST_BESIDE_NOTHING
        else replace(wish, matches=(), near=wish.near or _akin(wish, words, lookup))
        for wish in wishes
    )


def _akin(wish: PhraseMeaning, words: str, lookup: Lookup) -> tuple[str, ...]:
    """The services that a wish may have meant, by vector or by text, which are called by a word
    like one of all that are wished.
    """
    return _called_like(words, lookup.find(wish.phrase.text).matches, _likeness(wish), lookup)


def _likeness(wish: PhraseMeaning) -> dict[str, float]:
    return {match.service_id: match.vector or 0.0 for match in wish.matches}


def _called_like(
    words: str, by_text: Sequence[ServiceMatch], likeness: Mapping[str, float], lookup: Lookup
) -> tuple[str, ...]:
    """Those that are called by a word like one of these, by text and then by vector."""
    texts = {match.service_id: match.score for match in by_text}
    told = (
        one
        for one in dict.fromkeys((*texts, *likeness))
        if is_akin(
            words, lookup.entries[one], text=texts.get(one, 0.0), likeness=likeness.get(one, 0.0)
        )
    )
    return tuple(islice(told, MOST_NAMED))


def fused(
    finding: Finding, near: Sequence[tuple[str, float]], words: str
) -> tuple[ServiceMatch, ...]:
    """The matches of both sides: 0.6 vector and 0.4 text, or four fifths of text where that is more
    or the vector says nothing, or of the vector where text says nothing.

    Short wishes that text knows something of do not get services that only the vector has: a
    violin is no bass guitar.
    """
    texts = {match.service_id: match for match in finding.matches}
    best_text = finding.matches[0].score if finding.matches else 0.0
    content = without_generic(words) or words
    is_one = " " not in content
    is_guarded = len(words.split()) <= GUARDED_WORDS and best_text >= GUARDED_TEXT
    likeness = dict(near)
    found = [
        replace(
            match,
            score=round(_both(match.score, likeness.get(service_id)), 4),
            vector=likeness.get(service_id),
        )
        for service_id, match in texts.items()
        if _is_enough(match.score, likeness.get(service_id, 0.0), is_one=is_one)
    ]
    least = LEAST_LIKENESS_OF_ONE if is_one else LEAST_LIKENESS
    if not is_guarded and not (is_one and len(content) < LEAST_LETTERS_OF_ONE):
        found += [
            ServiceMatch(
                service_id, round(ONE_SIDE * like, 4), Reason.MEANING, words, "", None, like
            )
            for service_id, like in likeness.items()
            if service_id not in texts and like >= least
        ]
    return _near_the_best(ordered(found))


def _is_enough(text: float, likeness: float, *, is_one: bool) -> bool:
    """Whether a service that text knows something of may be meant."""
    if is_one:
        return max(text, likeness) >= LEAST_OF_ONE_KNOWN
    return text >= GUARDED_TEXT or likeness >= LEAST_LIKENESS_OF_ONE


def _both(text: float, likeness: float | None) -> float:
    if likeness is None:
        return ONE_SIDE * text
    return max(VECTOR_WEIGHT * likeness + TEXT_WEIGHT * text, ONE_SIDE * text)


def _whole(parsed: Parsed) -> Phrase | None:
    """All that is wished for as one: the text without what is something else than a service. A wish
    in many words may have been taken for several, or for one of its words.
    """
    if not parsed.services:
        return None
    left = parsed.text
    for mark in parsed.marks:
        if mark.slot is not Slot.SERVICE:
            left = left[: mark.start] + " " * (mark.end - mark.start) + left[mark.end :]
    words = without_generic(fold(left))
    if len(words.split()) < LEAST_WORDS or words == parsed.service_text:
        return None
    return Phrase(words, 0, 0)


def _best(wish: PhraseMeaning) -> float:
    return wish.matches[0].score if wish.matches else 0.0


def _wish(
    phrase: Phrase,
    parsed: Parsed,
    lookup: Lookup,
    services: VectorIndex | None,
    vectors: Mapping[str, Vectors],
) -> PhraseMeaning:
    finding = lookup.find(phrase.text)
    if finding.is_certain and finding.matches:
        matches = _also_for(phrase, parsed, lookup, finding.matches)
        return PhraseMeaning(phrase, _suited(matches, parsed, lookup))
    vector = vectors.get(phrase.text)
    if services is None or vector is None:
        return PhraseMeaning(phrase, finding.matches)
    near = services.nearest(vector, most=MOST_NEAR)
    found = () if finding.is_certain else fused(finding, near, phrase.text)
    matches = tuple(one for one in found if is_about(phrase.text, lookup.entries[one.service_id]))
    if matches:
        return PhraseMeaning(phrase, matches)
    return PhraseMeaning(phrase, (), _near(phrase.text, finding, near, lookup))


def _near(
    words: str, finding: Finding, near: Sequence[tuple[str, float]], lookup: Lookup
) -> tuple[str, ...]:
    """The services that come nearest to a wish that means none, by text and then by vector.

    Only those that are called by a word like one of these: vectors are made from pieces of words,
    and say as surely that beekeeping is Accounting as that dog grooming is Dog Training.
    """
    likeness = {service_id: like for service_id, like in near if like >= LEAST_NEAR}
    return _called_like(words, finding.matches, likeness, lookup)


def _also_for(
    phrase: Phrase, parsed: Parsed, lookup: Lookup, matches: Iterable[ServiceMatch]
) -> tuple[ServiceMatch, ...]:
    """What is meant, and what the catalog has under this name for those whom it is for."""
    best = {match.service_id: match for match in matches}
    for variant in _variants(phrase.text, parsed):
        for named in lookup.named(variant) or ():
            score = round(named.score * VARIANT_SHARE, 4)
            match = replace(named, score=score, text=score)
            known = best.get(match.service_id)
            if known is None or match.score > known.score:
                best[match.service_id] = match
    return ordered(best.values())


def _suited(
    matches: tuple[ServiceMatch, ...], parsed: Parsed, lookup: Lookup
) -> tuple[ServiceMatch, ...]:
    """Without those of a group that are not for these ages: "music for a baby" is no recording."""
    ages = _ages(parsed)
    if not ages:
        return matches
    suited = tuple(
        match
        for match in matches
        if match.reason not in GROUPS or not ages.isdisjoint(lookup.ages[match.service_id])
    )
    return suited or matches


def _ages(parsed: Parsed) -> frozenset[str]:
    if parsed.age_group is not None:
        return frozenset({parsed.age_group.value})
    if parsed.audience is Audience.ADULTS:
        return frozenset({AgeGroup.ADULTS.value})
    return CHILDREN if parsed.audience is Audience.KIDS else frozenset()


def _variants(text: str, parsed: Parsed) -> tuple[str, ...]:
    """The phrase with the word for whom it is, as the catalog names some services."""
    match parsed.age_group, parsed.audience:
        case AgeGroup.TODDLER, _:
            return f"toddler {text}", f"baby {text}", f"kids {text}"
        case _, Audience.KIDS:
            return f"kids {text}", f"{text} for kids"
        case _, Audience.ADULTS:
            return (f"adult {text}",)
        case _:
            return ()


def _near_the_best(matches: Sequence[ServiceMatch]) -> tuple[ServiceMatch, ...]:
    if not matches:
        return ()
    least = max(matches[0].score - WITHIN, LEAST_SCORE)
    return tuple(match for match in matches[:MOST] if match.score >= least)
