"""What place a name means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.regions import policy
from instainstru_core.domains.regions.policy import Vocabulary
from instainstru_core.domains.regions.types import Borough, Group, Named, PlaceKind

SLOPE = Named("slope", "Park Slope", Borough.BROOKLYN, ("the slope",))
HILL_MANHATTAN = Named("hill-m", "Murray Hill / Kips Bay", Borough.MANHATTAN, ())
HILL_QUEENS = Named("hill-q", "Murray Hill (Queens)", Borough.QUEENS, ())
ALBANS = Named("albans", "St. Albans", Borough.QUEENS, ())
MARBLE = Named("marble", "Kingsbridge / Marble Hill", Borough.BRONX, ())
EAST = Named("east", "Upper East Side", Borough.MANHATTAN, ("ues",))
LENOX = Named("lenox", "Lenox Hill", Borough.MANHATTAN, ("ues",))
AREAS = (SLOPE, HILL_MANHATTAN, HILL_QUEENS, ALBANS, MARBLE, EAST, LENOX)
PLACES = policy.gazetteer(
    AREAS,
    Vocabulary(
        city=("nyc", "new york"),
        boroughs={Borough.BRONX: ("bx",), Borough.MANHATTAN: (), Borough.QUEENS: ("qns",)},
        also_in={"marble": Borough.MANHATTAN},
        groups=(
            Group(("uptown",), True, ("east", "lenox")),
            Group(("prospect park",), False, ("slope", "gone")),
        ),
        long_forms={"st": "saint", "hts": "heights", "pk": "park"},
    ),
)


class TestFind:
    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("park slope", "slope"),
            ("PARK  SLOPE", "slope"),
            ("near the park slope neighborhood", "slope"),
            ("pk slope", "slope"),
            ("saint albans", "albans"),
            ("st albans", "albans"),
            ("kips bay", "hill-m"),
            ("murray hill, queens", "hill-q"),
            ("murray hill qns", "hill-q"),
            ("park slope nyc", "slope"),
            ("parc slope", "slope"),
        ],
    )
    def test_knows_an_area_however_it_is_written(self, name: str, key: str) -> None:
        place = PLACES.find(name)
        assert place is not None
        assert (place.kind, place.area_keys, place.ambiguous) == (PlaceKind.AREA, (key,), False)

    def test_names_all_areas_of_a_shared_name(self) -> None:
        place = PLACES.find("ues")
        assert place is not None
        assert (place.area_keys, place.ambiguous) == (("east", "lenox"), False)

    def test_says_when_a_name_is_shared_by_boroughs(self) -> None:
        place = PLACES.find("murray hill")
        assert place is not None
        assert (place.area_keys, place.ambiguous, place.borough) == (
            ("hill-m", "hill-q"),
            True,
            None,
        )

    def test_lists_an_area_under_a_second_borough(self) -> None:
        bronx, manhattan = PLACES.find("bx"), PLACES.find("manhattan")
        assert bronx is not None
        assert manhattan is not None
        assert bronx.area_keys == ("marble",)
        assert manhattan.area_keys == ("hill-m", "marble", "east", "lenox")

    def test_keeps_groups_to_the_areas_there_are(self) -> None:
        place = PLACES.find("prospect park")
        assert place is not None
        assert (place.area_keys, place.ambiguous) == (("slope",), True)
        uptown = PLACES.find("uptown")
        assert uptown is not None
        assert not uptown.ambiguous

    @pytest.mark.parametrize("name", ["", "?", "in", "the", "parc", "atlantis", "park slope bronx"])
    def test_finds_nothing_for_what_is_no_place(self, name: str) -> None:
        assert PLACES.find(name) is None

    def test_wants_the_exact_name_where_asked(self) -> None:
        assert PLACES.find("parc slope", similar=False) is None

    @given(st.text(max_size=80))
    def test_answers_any_text(self, text: str) -> None:
        place = PLACES.find(text)
        assert place is None or place.kind in PlaceKind

    @given(st.sampled_from(sorted(PLACES.places)))
    def test_knows_every_name_of_its_own(self, name: str) -> None:
        assert PLACES.find(name) == PLACES.places[name]


class TestFolded:
    @given(st.text(max_size=80))
    def test_is_stable(self, text: str) -> None:
        once = policy.folded(text, {"st": "saint"})
        assert policy.folded(once, {"st": "saint"}) == once
