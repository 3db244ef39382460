"""What holds of the reading of any text."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.policy.grammar.people import COUNTED
from instainstru_core.domains.search.policy.grammar.phrases import PHRASES
from instainstru_core.domains.search.policy.grammar.telling import is_quiet
from instainstru_core.domains.search.policy.grammar.tokens import folded, tokenized
from instainstru_core.domains.search.policy.grammar.words import stem
from instainstru_core.domains.search.types.parsed import Parsed, PlaceMention
from tests.unit.search.knowledge import entries, gazetteer, words

TODAY = date(2026, 11, 28)
MANY = settings(max_examples=120, deadline=None)
FEW = settings(max_examples=40, deadline=None)

NAMES = st.sampled_from([entry.name for entry in entries()])
PLACES = st.sampled_from(sorted(gazetteer().places))
SYNONYMS = st.sampled_from([synonym for entry in entries() for synonym in entry.synonyms])
FIGURES = st.sampled_from(
    ["$50", "$40-60", "9am", "5-7pm", "6/5", "8yo", "90 min", "11215", "12", "5th", "1h30", "3.5"]
)
SAID = st.sampled_from(
    sorted({" ".join((first, *one.tail)) for first, all_ in PHRASES.items() for one in all_})
)
GLUE = st.sampled_from(
    ["in", "near", "for", "or", "and", "not", "no", "but", "under", "between", "to", "next", "at"]
)
PIECES = st.one_of(NAMES, PLACES, SYNONYMS, FIGURES, SAID, GLUE, st.text(max_size=8))
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(PIECES, max_size=9).map(" ".join),
    st.lists(PIECES, max_size=5).map("".join),
    st.lists(PIECES, max_size=6).map(", ".join),
)


def read(text: str) -> Parsed:
    return parse(text, words(), TODAY)


IDLE = {
    word
    for first, all_ in PHRASES.items()
    for one in all_
    if one.slot is None
    for word in (first, *one.tail)
} | {"experienced", "expert", "professional"}
"""Words that may stand in what is understood and says nothing: "twice a week"."""


@MANY
@given(TEXTS)
def test_no_word_of_a_text_is_lost(text: str) -> None:
    parsed = read(text)
    left = f" {parsed.rest} "
    tokens = tokenized(text)
    said = [words().spellings.repaired(token.word) or token.word for token in tokens]
    for at, (token, word) in enumerate(zip(tokens, said, strict=True)):
        marked = any(m.start <= token.start and token.end <= m.end for m in parsed.marks)
        counts = token.number is not None and not COUNTED.isdisjoint(said[at + 1 : at + 2])
        assert marked or counts or word in IDLE or is_quiet(word) or f" {word} " in left, token


@MANY
@given(TEXTS)
def test_marks_lie_within_the_text_in_order_and_apart(text: str) -> None:
    parsed = read(text)
    end = 0
    for mark in parsed.marks:
        assert end <= mark.start < mark.end <= len(text)
        end = mark.end
    for phrase in (*parsed.services, *parsed.excluded):
        assert 0 <= phrase.start < phrase.end <= len(text)
        assert phrase.text
    assert parsed.text == text
    if parsed.place is not None:
        assert 0 <= parsed.place.start < parsed.place.end <= len(text)
        assert bool(parsed.place.text) is (parsed.place.how is not PlaceMention.NEAR_ME)


@MANY
@given(TEXTS)
def test_what_was_corrected_is_right(text: str) -> None:
    once = read(text)
    if once.corrected is None:
        return
    again = read(once.corrected)
    assert again.corrected is None
    assert [phrase.text for phrase in again.services] == [p.text for p in once.services]
    assert (again.price, again.dates, again.time) == (once.price, once.dates, once.time)
    assert again.rest == once.rest


@FEW
@given(st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_names_of_the_catalog_alone_are_exactly_those_services(names: list[str]) -> None:
    parsed = read(", ".join(names))
    assert (parsed.corrected, parsed.rest, parsed.place) == (None, "", None)
    found = [named_by(phrase.text) for phrase in parsed.services]
    assert all(any(service in named_by(name) for name in names) for one in found for service in one)
    assert all(any(named_by(name) >= one for one in found) for name in names)


def named_by(text: str) -> frozenset[str]:
    """The services that a text names as a whole."""
    stems = [stem(token.word) for token in tokenized(text)]
    found = words().term_at(stems, 0, len(stems))
    assert found is not None
    assert found[0] == len(stems)
    return found[1].services


@FEW
@given(SYNONYMS)
def test_a_word_of_the_catalog_is_never_corrected_to_another(synonym: str) -> None:
    parsed = read(synonym)
    if parsed.corrected is not None:
        assert folded(synonym) in words().spellings.slips


@FEW
@given(PLACES)
def test_a_name_of_a_place_is_never_corrected(name: str) -> None:
    assert read(f"piano in {name}").corrected is None


@FEW
@given(NAMES, PLACES)
def test_a_service_in_a_place_is_both(name: str, place: str) -> None:
    parsed = read(f"{name} lessons in {place}")
    assert parsed.place is not None
    assert parsed.place.text.startswith(tokenized(place)[0].word)


@given(st.text(min_size=1, max_size=3_000))
@settings(max_examples=10, deadline=None)
def test_a_text_of_any_length_is_read(text: str) -> None:
    assert read(text * 3).text == text * 3
