"""What text and vector say together, and what a whole parsed text means."""

from collections.abc import Iterable, Mapping, Sequence

from instainstru_core.domains.search.policy.meaning.lookup import Finding, Lookup, ordered
from instainstru_core.domains.search.policy.meaning.vectors import VectorIndex
from instainstru_core.domains.search.types.meaning import (
    By,
    Meant,
    PhraseMeaning,
    Reason,
    ServiceMatch,
    Vectors,
)
from instainstru_core.domains.search.types.parsed import AgeGroup, Audience, Parsed, Phrase

VECTOR_WEIGHT = 0.6
TEXT_WEIGHT = 0.4
ONE_SIDE = 0.8
GUARDED_TEXT = 0.45
GUARDED_WORDS = 2
LEAST_COSINE = 0.5
WITHIN = 0.12
MOST = 8


def unclear(parsed: Parsed, lookup: Lookup) -> tuple[str, ...]:
    """The wishes that text alone is not certain of, for which a vector helps."""
    return tuple(
        phrase.text for phrase in parsed.services if not lookup.find(phrase.text).is_certain
    )


def meant(
    parsed: Parsed,
    lookup: Lookup,
    services: VectorIndex | None,
    vectors: Mapping[str, Vectors],
    reasons: Sequence[str] = (),
) -> Meant:
    """The services that are meant. `vectors` are those of unclear wishes, by their text."""
    wishes = tuple(_wish(phrase, parsed, lookup, services, vectors) for phrase in parsed.services)
    excluded = frozenset(
        match.service_id for phrase in parsed.excluded for match in lookup.find(phrase.text).matches
    )
    if not wishes:
        return Meant((), excluded, By.NOTHING)
    by = By.TEXT if services is None or reasons else By.HYBRID
    return Meant(wishes, excluded, by, tuple(reasons))


def fused(
    finding: Finding, near: Sequence[tuple[str, float]], words: str
) -> tuple[ServiceMatch, ...]:
    """The matches of both sides: 0.6 vector and 0.4 text, four fifths where one side has none.

    Short wishes that text knows something of do not get services that only the vector has: a
    violin is no bass guitar.
    """
    texts = {match.service_id: match for match in finding.matches}
    best_text = finding.matches[0].score if finding.matches else 0.0
    is_guarded = len(words.split()) <= GUARDED_WORDS and best_text >= GUARDED_TEXT
    cosines = dict(near)
    found: list[ServiceMatch] = []
    for service_id, match in texts.items():
        cosine = cosines.get(service_id)
        score = (
            ONE_SIDE * match.score
            if cosine is None
            else VECTOR_WEIGHT * cosine + TEXT_WEIGHT * match.score
        )
        found.append(
            ServiceMatch(
                service_id, round(score, 4), match.reason, match.words, match.matched,
                match.score, None if cosine is None else round(cosine, 4),
            )
        )  # fmt: skip
    if not is_guarded:
        found += [
            ServiceMatch(
                service_id, round(ONE_SIDE * cosine, 4), Reason.MEANING, words, "", None,
                round(cosine, 4),
            )
            for service_id, cosine in cosines.items()
            if service_id not in texts
        ]  # fmt: skip
    return _near_the_best(ordered(found))


def _wish(
    phrase: Phrase,
    parsed: Parsed,
    lookup: Lookup,
    services: VectorIndex | None,
    vectors: Mapping[str, Vectors],
) -> PhraseMeaning:
    finding = lookup.find(phrase.text)
    if finding.is_certain:
        return PhraseMeaning(phrase, _also_for(phrase, parsed, lookup, finding.matches))
    vector = vectors.get(phrase.text)
    if services is None or vector is None:
        return PhraseMeaning(phrase, finding.matches)
    near = services.nearest(vector, most=MOST, least=LEAST_COSINE)
    return PhraseMeaning(phrase, fused(finding, near, phrase.text))


def _also_for(
    phrase: Phrase, parsed: Parsed, lookup: Lookup, matches: Iterable[ServiceMatch]
) -> tuple[ServiceMatch, ...]:
    """What is meant, and what the catalog has under this name for those whom it is for."""
    best = {match.service_id: match for match in matches}
    for variant in _variants(phrase.text, parsed):
        for match in lookup.named(variant) or ():
            known = best.get(match.service_id)
            if known is None or match.score > known.score:
                best[match.service_id] = match
    return ordered(best.values())


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
    least = matches[0].score - WITHIN
    return tuple(match for match in matches[:MOST] if match.score >= least)
