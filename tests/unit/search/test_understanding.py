"""What a text asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.catalog.policy import TermIndex
from instainstru_core.domains.catalog.types import Term, TermKind
from instainstru_core.domains.regions import policy as regions
from instainstru_core.domains.regions.policy import Vocabulary
from instainstru_core.domains.regions.types import Borough, Named
from instainstru_core.domains.search import policy
from instainstru_core.domains.search.types import Understanding

TERMS = TermIndex(
    (
        Term("piano", TermKind.NAME, "Piano"),
        Term("guitar", TermKind.NAME, "Guitar"),
        Term("spanish", TermKind.NAME, "Spanish"),
        Term("charleston", TermKind.NAME, "Charleston"),
        Term("tech", TermKind.NAME, "SHSAT"),
        Term("tech", TermKind.SYNONYM, "brooklyn tech prep"),
    )
)
PLACES = regions.gazetteer(
    (
        Named("slope", "Park Slope", Borough.BROOKLYN, ()),
        Named("uws", "Upper West Side", Borough.MANHATTAN, ("uws",)),
        Named("charleston", "Charleston", Borough.STATEN_ISLAND, ()),
    ),
    Vocabulary(
        city=("nyc",),
        boroughs={Borough.BROOKLYN: ("bk",)},
        also_in={},
        groups=(),
        long_forms={},
    ),
)


def understood(text: str) -> Understanding:
    return policy.understood(text, TERMS, PLACES)


def told(text: str) -> tuple[list[str], str | None, str]:
    found = understood(text)
    place = found.place.name if found.place else None
    return [match.service_id for match in found.matches], place, found.unknown


class TestAText:
    @pytest.mark.parametrize(
        ("text", "services", "place", "unknown"),
        [
            ("piano", ["piano"], None, ""),
            ("Piano lessons in Park Slope", ["piano"], "Park Slope", ""),
            ("piano lessons near prak slope for kids", ["piano"], "Park Slope", ""),
            ("uws piano teacher", ["piano"], "Upper West Side", ""),
            ("piano upper west side", ["piano"], "Upper West Side", ""),
            ("piano in brooklyn", ["piano"], "Brooklyn", ""),
            ("piano in nyc", ["piano"], "New York City", ""),
            ("guittar lessons", ["guitar"], None, ""),
            ("piano or guitar", ["guitar", "piano"], None, ""),
            ("lessons in piano", ["piano"], None, ""),
            ("piano in person", ["piano"], None, ""),
            ("piano near me", ["piano"], None, ""),
            ("lessons in park slope", [], "Park Slope", ""),
            ("park slope", [], "Park Slope", ""),
            ("charleston", ["charleston"], None, ""),
            ("charleston lessons in charleston", ["charleston"], "Charleston", ""),
            ("brooklyn tech prep", ["tech"], None, ""),
            ("piano in atlantis", ["piano"], None, "in atlantis"),
            ("underwater basket weaving", [], None, "underwater basket weaving"),
            ("zorbing in park slope", [], "Park Slope", "zorbing"),
            ("beginner lessons", [], None, ""),
            ("???", [], None, ""),
        ],
    )
    def test_names_services_and_a_place(
        self, text: str, services: list[str], place: str | None, unknown: str
    ) -> None:
        found, where, left = told(text)
        assert (found, where) == (services, place)
        assert left == unknown.removeprefix("in ")

    @given(st.text(max_size=200))
    def test_is_always_understood_somehow(self, text: str) -> None:
        found = understood(text)
        assert all(match.score >= policy.LEAST_MATCH for match in found.matches)

    @given(st.lists(st.sampled_from(["piano", "in", "park", "slope", "near", "the", "x"])))
    def test_never_loses_the_service(self, words: list[str]) -> None:
        if "piano" in words:
            assert "piano" in [match.service_id for match in understood(" ".join(words)).matches]


class TestNormalized:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("  Piano   LESSONS ", "piano lessons"),
            ("pianó!", "piano"),
            ("C++ & C#", "c++ & c#"),
            ("", ""),
        ],
    )
    def test_is_one_key_per_wish(self, text: str, key: str) -> None:
        assert policy.normalized(text) == key

    @given(st.text(max_size=100))
    def test_is_stable(self, text: str) -> None:
        assert policy.normalized(policy.normalized(text)) == policy.normalized(text)
