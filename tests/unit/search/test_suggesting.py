"""What is suggested while someone types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.search.policy.meaning.suggesting import (
    Suggester,
    highlighted,
    of_recent,
    subjects,
)
from instainstru_core.domains.search.types.suggesting import Subject, Suggestion, SuggestionKind
from tests.unit.search.knowledge import entries

PLACES = [
    Subject(SuggestionKind.PLACE, "Park Slope", ("Park Slope", "the slope")),
    Subject(SuggestionKind.PLACE, "Upper East Side", ("Upper East Side", "ues")),
    Subject(SuggestionKind.PLACE, "Astoria", ("Astoria",)),
]
SUGGESTER = Suggester(subjects(entries(), PLACES))


def first(typed: str) -> Suggestion:
    return SUGGESTER.suggested(typed)[0]


def texts(typed: str) -> list[str]:
    return [one.text for one in SUGGESTER.suggested(typed)]


class TestSuggested:
    @pytest.mark.parametrize(
        ("typed", "text", "kind"),
        [
            ("pia", "Piano", SuggestionKind.SERVICE),
            ("PIA", "Piano", SuggestionKind.SERVICE),
            ("dan", "Dance", SuggestionKind.CATEGORY),
            ("mart", "Martial Arts", SuggestionKind.SUBCATEGORY),
            ("martial ar", "Martial Arts", SuggestionKind.SUBCATEGORY),
            ("col es", "College Essays", SuggestionKind.SERVICE),
            ("essay col", "College Essays", SuggestionKind.SERVICE),
            ("bjj", "Jiu-Jitsu", SuggestionKind.SERVICE),
            ("chin", "Chinese", SuggestionKind.SUBCATEGORY),
            ("asto", "Astoria", SuggestionKind.PLACE),
            ("ues", "Upper East Side", SuggestionKind.PLACE),
            ("yog", "Yoga", SuggestionKind.SERVICE),
        ],
    )
    def test_is_what_begins_so(self, typed: str, text: str, kind: SuggestionKind) -> None:
        assert (first(typed).text, first(typed).kind) == (text, kind)

    def test_is_the_whole_name_before_a_longer_one(self) -> None:
        assert texts("bass")[:2] == ["Bass", "Bassoon"]

    def test_names_each_once(self) -> None:
        assert len(texts("piano")) == len(set(texts("piano")))

    def test_is_no_group_that_is_called_like_a_service(self) -> None:
        assert [one.kind for one in SUGGESTER.suggested("violin")] == [SuggestionKind.SERVICE]

    def test_is_at_most_so_many(self) -> None:
        assert len(SUGGESTER.suggested("s", 5)) == 5

    @pytest.mark.parametrize("typed", ["", "  ", "?!", "qqq", "piano qqq", "xyz astoria"])
    def test_is_nothing_where_nothing_begins_so(self, typed: str) -> None:
        assert texts(typed) == []


class TestMisspelled:
    @pytest.mark.parametrize(
        ("typed", "text"),
        [("pinao", "Piano"), ("karaet", "Karate"), ("guitr", "Guitar"), ("saxaph", "Saxophone")],
    )
    def test_is_found_from_four_letters_on(self, typed: str, text: str) -> None:
        assert text in texts(typed)
        assert first(typed).score < 0.75

    def test_is_not_found_before(self) -> None:
        assert texts("pno") == []


class TestAServiceInAPlace:
    @pytest.mark.parametrize("typed", ["piano in park sl", "piano park sl", "piano near park sl"])
    def test_is_suggested_once_the_place_is_begun(self, typed: str) -> None:
        found = first(typed)
        assert (found.kind, found.text, found.key) == (
            SuggestionKind.SERVICE_IN_PLACE,
            "Piano in Park Slope",
            "piano",
        )
        assert found.ranges == ((0, 5), (9, 13), (14, 16))

    def test_knows_other_names(self) -> None:
        assert texts("bjj ues") == ["Jiu-Jitsu in Upper East Side"]


class TestRanges:
    def test_are_what_was_typed_of_the_name(self) -> None:
        assert first("martial ar").ranges == ((0, 7), (8, 10))

    def test_are_of_the_other_name_where_that_was_typed(self) -> None:
        found = first("bj")
        assert (found.also, found.ranges) == ("bjj", ((0, 2),))

    def test_of_a_misspelled_word_are_the_whole_word(self) -> None:
        assert highlighted("Piano Lessons", ["pinao"]) == ((0, 5),)

    def test_take_each_typed_word_once(self) -> None:
        assert highlighted("Tap Tap", ["tap"]) == ((0, 3),)

    @given(st.text(max_size=20), st.lists(st.text("abcpiano'", max_size=6), max_size=3))
    def test_lie_within_the_text_and_apart(self, text: str, typed: list[str]) -> None:
        ranges = highlighted(text, typed)
        last = 0
        for start, end in ranges:
            assert last <= start <= end <= len(text)
            last = end


class TestOwnSearches:
    OWN = ("Piano in Park Slope", "yoga tomorrow", "Spanish for adults")

    def test_are_those_in_which_the_words_begin_a_word(self) -> None:
        (found,) = of_recent(self.OWN, "slo pia", 3)
        assert (found.kind, found.text) == (SuggestionKind.RECENT, "Piano in Park Slope")
        assert found.ranges == ((0, 3), (14, 17))

    def test_are_all_before_anything_is_typed(self) -> None:
        assert [one.text for one in of_recent(self.OWN, "", 2)] == list(self.OWN[:2])


class TestAnyText:
    @given(st.text(max_size=120))
    def test_gives_suggestions_in_order(self, typed: str) -> None:
        scores = [one.score for one in SUGGESTER.suggested(typed)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)
