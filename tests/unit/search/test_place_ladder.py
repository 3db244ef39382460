"""What words for a place mean, step by step, by the real names of the city."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.regions import repository
from instainstru_core.domains.regions.types import Borough, PlaceKind
from instainstru_core.domains.search.policy.places import ladder
from instainstru_core.domains.search.types.places import Resolution, Skipped, Tier, WhySkipped
from instainstru_core.domains.search.types.wanted import Where
from tests.unit.search.cases import Case, cases
from tests.unit.search.city import area_of_polygon, gazetteer

REFERENCE = Path(__file__).parents[4] / "shared" / "data" / "search_regions.json"
UPPER_EAST = {"nyc-manhattan-upper-east-side", "nyc-manhattan-lenox-hill-roosevelt-island"}
NOT_NEEDED = tuple(Skipped(tier, WhySkipped.NOT_NEEDED) for tier in (Tier.EMBEDDING, Tier.MODEL))


def resolve(text: str) -> Resolution:
    return ladder.resolve(text, gazetteer())


def keys(text: str) -> set[str]:
    """The areas of a text without the city before them."""
    place = resolve(text).place
    return set() if place is None else {key.removeprefix("nyc-") for key in place.area_keys}


class TestTheSteps:
    @pytest.mark.parametrize(
        ("text", "tier", "confidence"),
        [
            ("Lower East Side", Tier.EXACT, 1.0),
            ("staten island", Tier.EXACT, 1.0),
            ("Mapleton-Midwood (West)", Tier.EXACT, 1.0),
            ("bk", Tier.ALIAS, 1.0),
            ("the slope", Tier.ALIAS, 1.0),
            ("Barclays Center", Tier.ALIAS, 1.0),
            ("11215", Tier.ALIAS, 1.0),
            ("w 72nd st", Tier.ALIAS, 1.0),
            ("heart of williamsburg", Tier.SUBSTRING, 0.9),
            ("peter cooper", Tier.ALIAS, 1.0),
            ("prospect", Tier.SUBSTRING, 0.9),
            ("upperwestside", Tier.FUZZY, 0.9),
            ("brooklin", Tier.FUZZY, 0.8),
        ],
    )
    def test_go_from_certain_to_guessed(self, text: str, tier: Tier, confidence: float) -> None:
        found = resolve(text)
        assert (found.tier, found.confidence, found.skipped) == (tier, confidence, NOT_NEEDED)

    def test_leave_the_others_open_where_they_find_nothing(self) -> None:
        assert resolve("madeupplace") == Resolution("madeupplace")

    @pytest.mark.parametrize("text", ["", "?", "in", "x", "near the a"])
    def test_ask_nobody_about_nothing(self, text: str) -> None:
        found = resolve(text)
        assert found.place is None
        assert {one.why for one in found.skipped} == {WhySkipped.NOTHING_TO_ASK}

    @given(st.text(max_size=60))
    def test_answer_any_text(self, text: str) -> None:
        found = resolve(text)
        assert 0 <= found.confidence <= 1
        assert (found.place is None) or found.tier is not None


NAMES = sorted(gazetteer().places)


class TestEveryName:
    @given(st.sampled_from(NAMES))
    def test_means_what_the_map_says_however_it_is_written(self, name: str) -> None:
        place = gazetteer().places[name]
        for written in (
            name,
            name.upper(),
            f"  {name.title()}! ",
            f"near {name}",
            f"in {name}, nyc",
        ):
            assert resolve(written).place == place, written

    @given(st.sampled_from(NAMES))
    def test_within_its_borough_is_the_same_or_a_part(self, name: str) -> None:
        place = gazetteer().places[name]
        if place.borough is not None and place.kind is not PlaceKind.BOROUGH:
            whole = f"{name} {place.borough.value.lower()}"
            if gazetteer().known(whole) is not None:
                return  # a name of its own, like Midtown Manhattan, which is more than Midtown
            found = resolve(whole).place
            assert found is not None
            assert set(found.area_keys) <= set(place.area_keys) or found.kind is place.kind

    @given(st.sampled_from(NAMES), st.sampled_from(NAMES))
    def test_with_another_is_both(self, one: str, other: str) -> None:
        found = resolve(f"{one} or {other}").place
        assert found is not None
        if found.kind is not PlaceKind.CITY and gazetteer().known(f"{one} or {other}") is None:
            both = (resolve(one).place, resolve(other).place)
            assert set(found.area_keys) >= {
                key for place in both if place is not None for key in place.area_keys[:1]
            } or any(place is not None and place.kind is PlaceKind.CITY for place in both)


class TestWhatIsEasilyWrong:
    @pytest.mark.parametrize(
        ("text", "first", "second"),
        [
            ("the met or springfield gardens", "met museum", "springfield gardens"),
            ("rockaways or little ireland", "rockaways", "little ireland"),
            ("long island city or queens plaza", "long island city", "queens plaza"),
        ],
    )
    def test_names_keep_apart_where_a_word_parts_them(
        self, text: str, first: str, second: str
    ) -> None:
        found, one, other = (resolve(words).place for words in (text, first, second))
        assert found is not None
        assert one is not None
        assert other is not None
        assert set(found.area_keys) == {*one.area_keys, *other.area_keys}

    def test_ues_is_all_of_the_upper_east_side(self) -> None:
        for text in ("ues", "UES", "upper east side", "upper east", "the upper east side"):
            found = resolve(text)
            assert found.place is not None
            assert set(found.place.area_keys) == UPPER_EAST
            assert not found.is_ambiguous

    @pytest.mark.parametrize(
        ("text", "areas"),
        [
            ("central park", {"manhattan-upper-east-side", "manhattan-upper-west-side"}),
            (
                "prospect park",
                {
                    "brooklyn-park-slope",
                    "brooklyn-prospect-heights",
                    "brooklyn-prospect-lefferts-gardens",
                    "brooklyn-windsor-terrace",
                },
            ),
            (
                "village",
                {
                    "manhattan-east-village",
                    "manhattan-greenwich-village",
                    "manhattan-west-village",
                },
            ),
            ("murray hill", {"manhattan-murray-hill-kips-bay", "queens-murray-hill"}),
            (
                "chinatown",
                {"manhattan-chinatown-two-bridges", "brooklyn-sunset-park", "queens-flushing"},
            ),
            (
                "stuyvesant",
                {
                    "brooklyn-bedford-stuyvesant",
                    "manhattan-stuyvesant-town-peter-cooper-village",
                },
            ),
        ],
    )
    def test_an_unclear_name_is_all_that_it_may_mean(self, text: str, areas: set[str]) -> None:
        found = resolve(text)
        assert found.is_ambiguous
        assert keys(text) == areas
        assert {one.key.removeprefix("nyc-") for one in found.candidates} == areas

    def test_downtown_is_that_of_manhattan_or_of_brooklyn(self) -> None:
        found = resolve("downtown")
        assert found.is_ambiguous
        assert {one.borough for one in found.candidates} == {Borough.MANHATTAN, Borough.BROOKLYN}
        assert keys("downtown brooklyn") == {"brooklyn-downtown-brooklyn-dumbo-boerum-hill"}
        assert not resolve("downtown manhattan").is_ambiguous

    @pytest.mark.parametrize(
        ("text", "area"),
        [
            ("murray hill queens", "queens-murray-hill"),
            ("murray hill, manhattan", "manhattan-murray-hill-kips-bay"),
            ("chinatown brooklyn", "brooklyn-sunset-park"),
            ("Chinatown in Queens", "queens-flushing"),
            ("queens chinatown", "queens-flushing"),
            ("astoria, queens, ny", "queens-astoria"),
            ("bay terrace staten island", "staten-island-great-kills-eltingville"),
            ("the village", "manhattan-greenwich-village"),
            ("in the village", "manhattan-greenwich-village"),
            ("near the met", "manhattan-upper-east-side"),
        ],
    )
    def test_a_borough_says_which(self, text: str, area: str) -> None:
        assert keys(text) == {area}
        assert not resolve(text).is_ambiguous

    @pytest.mark.parametrize(
        "text", ["nyc", "New York", "NY", "new york city", "the city", "nyc ny"]
    )
    def test_new_york_is_the_whole_city(self, text: str) -> None:
        found = resolve(text)
        assert found.place is not None
        assert found.place.kind is PlaceKind.CITY
        assert found.where == Where()

    @pytest.mark.parametrize(
        "text",
        [
            "long island",
            "Westchester",
            "hoboken",
            "Jersey City",
            "newark",
            "boston",
            "london",
            "90210",
            "zip 06830",
            "hoboken nj",
            "brooklyn ohio",
        ],
    )
    def test_a_place_elsewhere_is_no_place_here(self, text: str) -> None:
        found = resolve(text)
        assert found.place is None
        assert found.elsewhere is not None
        assert found.elsewhere.lower() == found.text
        assert found.skipped == NOT_NEEDED

    @pytest.mark.parametrize(
        "text",
        [
            "madeupplace", "madeup", "narnia", "georgetown", "gotham heights", "the moon",
            "my country club", "club", "kitchen", "school", "library", "home", "my office",
            "heights", "hill", "beach", "bay", "broadway", "hudson", "line", "head", "york",
            "castle", "hope", "pottery barn", "studio", "springfield", "harlem river",
            "chelsea london", "manhattan kansas city", "artsy neighborhood", "hipster area",
            "good restaurants", "cultural district", "quiet residential area", "affordable area",
            "family friendly neighborhood", "historic neighborhood", "santa monica", "oakland",
            "portland", "dayton", "linwood nj", "elmwood park", "venice", "soweto", "tremblant",
        ],
    )  # fmt: skip
    def test_what_means_no_place_here_resolves_to_nothing(self, text: str) -> None:
        assert resolve(text).place is None


class TestSpelling:
    @pytest.mark.parametrize(
        ("text", "area"),
        [
            ("Wiliamsburg", "brooklyn-williamsburg"),
            ("williamsberg", "brooklyn-williamsburg"),
            ("bushwik", "brooklyn-bushwick"),
            ("astroia", "queens-astoria"),
            ("flushng", "queens-flushing"),
            ("green point", "brooklyn-greenpoint"),
            ("washingtn hieghts", "manhattan-washington-heights"),
            ("jackson hts", "queens-jackson-heights"),
            ("ft. greene", "brooklyn-fort-greene"),
            ("Saint Albans", "queens-st-albans"),
            ("st george", "staten-island-st-george-new-brighton"),
            ("mt eden", "bronx-mount-eden-claremont"),
            ("bed-stuy", "brooklyn-bedford-stuyvesant"),
            ("Hell\u2019s Kitchen", "manhattan-hells-kitchen"),
            ("WaShInGtOn HeIgHtS", "manhattan-washington-heights"),
            ("in Tribeca area", "manhattan-tribeca-civic-center"),
        ],
    )
    def test_is_forgiven(self, text: str, area: str) -> None:
        assert keys(text) == {area}

    @pytest.mark.parametrize(
        ("text", "same"),
        [
            ("upper east north", "upper east"),
            ("in upper east side north", "upper east side"),
            ("near Central Park North", "central park"),
            ("east side of harlem", "harlem"),
            ("close to lincoln center", "lincoln center"),
        ],
    )
    def test_words_around_a_name_change_nothing(self, text: str, same: str) -> None:
        assert keys(text) == keys(same) != set()

    def test_several_names_are_all_of_them(self) -> None:
        assert keys("astoria or sunnyside") == {"queens-astoria", "queens-sunnyside"}
        assert not resolve("astoria or sunnyside").is_ambiguous
        assert keys("between chelsea and tribeca") == {
            "manhattan-chelsea-hudson-yards",
            "manhattan-tribeca-civic-center",
        }
        assert keys("soho/tribeca") == {
            "manhattan-soho-hudson-square-little-italy",
            "manhattan-tribeca-civic-center",
        }
        assert resolve("astoria or atlantis").place is None
        assert resolve("soho or anywhere in nyc").place is not None


class TestStreetsAndCodes:
    @pytest.mark.parametrize(
        ("text", "areas"),
        [
            ("e 86th st", {"manhattan-upper-east-side"}),
            ("West 42nd Street", {"manhattan-hells-kitchen", "manhattan-midtown"}),
            ("350 w 72nd", {"manhattan-upper-west-side"}),
            ("e 13th st", {"manhattan-east-village"}),
            ("east 80s", {"manhattan-upper-east-side"}),
            ("e 70s", {"manhattan-lenox-hill-roosevelt-island", "manhattan-upper-east-side"}),
            ("west 100s", {"manhattan-upper-west-side"}),
            ("the west 40s", {"manhattan-hells-kitchen", "manhattan-midtown"}),
            (
                "e 14th st",
                {
                    "manhattan-flatiron-nomad-union-square",
                    "manhattan-gramercy-park",
                    "manhattan-stuyvesant-town-peter-cooper-village",
                },
            ),
        ],
    )
    def test_a_numbered_street_with_its_side(self, text: str, areas: set[str]) -> None:
        assert keys(text) == areas

    @pytest.mark.parametrize(
        ("text", "name", "areas"),
        [
            ("86th & Lex", "86th Street and Lex", {"manhattan-upper-east-side"}),
            ("broadway and 96th st", "96th Street and Broadway", {"manhattan-upper-west-side"}),
            ("79th st and york ave", "79th Street and York", {"manhattan-upper-east-side"}),
            ("west end / 84th", "84th Street and West End", {"manhattan-upper-west-side"}),
            (
                "116th and broadway",
                "116th Street and Broadway",
                {"manhattan-morningside-heights"},
            ),
            (
                "amsterdam & 130th",
                "130th Street and Amsterdam",
                {"manhattan-west-harlem-manhattanville"},
            ),
            (
                "broadway and 145th",
                "145th Street and Broadway",
                {"manhattan-hamilton-heights"},
            ),
            (
                "broadway and 168th",
                "168th Street and Broadway",
                {"manhattan-washington-heights"},
            ),
            ("columbus and 81st", "81st Street and Columbus", {"manhattan-upper-west-side"}),
        ],
    )
    def test_a_corner_is_on_the_side_of_its_avenue(
        self, text: str, name: str, areas: set[str]
    ) -> None:
        place = resolve(text).place
        assert place is not None
        assert (place.name, place.ambiguous, keys(text)) == (name, False, areas)

    @pytest.mark.parametrize(
        "text", ["5th and lex", "broadway and 14th", "york and 300th", "lex and 140th"]
    )
    def test_an_avenue_that_is_not_there_makes_no_corner(self, text: str) -> None:
        place = resolve(text).place
        assert place is None or " and " not in place.name

    @pytest.mark.parametrize("text", ["west 5", "e 300th st", "w 2nd st"])
    def test_no_other_numbers(self, text: str) -> None:
        assert resolve(text).place is None

    @pytest.mark.parametrize(
        "text", ["10001", "zip 10001", "zip code 10001", "10001-2345", "in 10001", "nyc 10001"]
    )
    def test_a_zip_code_however_it_is_written(self, text: str) -> None:
        assert keys(text) == {
            "manhattan-chelsea-hudson-yards",
            "manhattan-flatiron-nomad-union-square",
        }

    def test_an_address_is_where_its_zip_code_is(self) -> None:
        assert keys("123 main st, astoria ny 11102") == {"queens-astoria"}

    def test_every_zip_code_in_use_is_in_its_borough(self) -> None:
        names, packaged = gazetteer(), repository.zip_codes()
        listed = {*packaged.areas, *(one for some in packaged.within.values() for one in some)}
        assert len(listed) == 297
        for code in listed:
            place = names.find(code, similar=False)
            assert place is not None
            assert place.kind is PlaceKind.ZIP
            assert place.borough is not None, code
            assert place.area_keys, code
            assert len(place.area_keys) <= 6, code
            assert _borough_of(code) is place.borough, code

    def test_every_other_code_of_a_borough_is_that_borough(self) -> None:
        names, packaged = gazetteer(), repository.zip_codes()
        for borough, stretches in packaged.boroughs.items():
            for first, last in stretches:
                for code in range(int(first), int(last) + 1):
                    place = names.find(str(code), similar=False)
                    assert place is not None, code
                    assert place.borough is borough, code
        assert len(keys("10292")) == 26

    @pytest.mark.parametrize("text", ["10000", "10293", "11003", "1000", "100011"])
    def test_a_code_of_nobody_is_no_place(self, text: str) -> None:
        assert resolve(text).place is None


def _borough_of(code: str) -> Borough:
    """By the first digits, as the postal service sorts."""
    first = int(code[:3])
    if first in {100, 101, 102}:
        return Borough.MANHATTAN
    if first == 103:
        return Borough.STATEN_ISLAND
    if first == 104:
        return Borough.BRONX
    return Borough.BROOKLYN if first == 112 else Borough.QUEENS


class TestLandmarks:
    def test_are_many_with_a_point_and_the_areas_around(self) -> None:
        names, packaged = gazetteer(), repository.landmarks().landmarks
        assert len(packaged) >= 150
        for landmark in packaged:
            for name in landmark.names:
                place = names.find(name, similar=False)
                assert place is not None, name
                assert place.kind is PlaceKind.LANDMARK, name
                assert place.point == landmark.point, name
                assert place.borough is not None, name

    def test_are_searched_around_their_point(self) -> None:
        found = resolve("near Barclays Center")
        assert found.where == Where(
            frozenset(
                {
                    "nyc-brooklyn-park-slope",
                    "nyc-brooklyn-fort-greene",
                    "nyc-brooklyn-prospect-heights",
                }
            ),
            (40.68265, -73.97497),
        )

    def test_never_take_the_name_of_an_area(self) -> None:
        names = gazetteer()
        assert [
            name
            for name in names.official
            if (place := names.places.get(name)) is not None and place.kind is PlaceKind.LANDMARK
        ] == []


class TestCoverage:
    def test_every_area_is_found_by_its_name_and_parts(self) -> None:
        for borough in repository.packaged().boroughs:
            for area in borough.areas:
                for name in (area.name, *area.name.split(" / ")):
                    assert area.key in {f"nyc-{key}" for key in keys(name)}, name

    def test_every_polygon_is_found_by_the_name_of_the_map(self) -> None:
        for name, key in area_of_polygon().items():
            if key is not None:
                assert keys(name) == {key.removeprefix("nyc-")}, name

    def test_no_park_is_a_place_of_its_own(self) -> None:
        areas = {key for key in area_of_polygon().values() if key is not None}
        for name, key in area_of_polygon().items():
            if key is None:
                assert {f"nyc-{key}" for key in keys(name)} <= areas, name

    def test_every_alias_means_an_area_that_there_is(self) -> None:
        said, names = repository.also_said(), gazetteer()
        assert set(said.areas) <= set(names.areas)
        named = [key for group in said.groups for key in group.areas]
        named += [key for street in said.streets for key in street.areas]
        named += [key for landmark in repository.landmarks().landmarks for key in landmark.areas]
        named += [key for some in repository.zip_codes().areas.values() for key in some]
        assert set(named) <= set(names.areas)
        for key, aliases in said.areas.items():
            for alias in aliases:
                place = names.find(alias, similar=False)
                assert place is not None, alias
                assert key in place.area_keys, alias

    def test_weak_names_are_names(self) -> None:
        names = gazetteer()
        assert {name for name in names.weak if name not in names.places} == set()

    def test_no_name_elsewhere_is_a_name_here(self) -> None:
        names = gazetteer()
        assert (names.elsewhere | names.far) & names.places.keys() == set()
        assert names.elsewhere & names.far == set()


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"no {REFERENCE}")
def test_every_name_of_the_reference_means_its_areas() -> None:
    """All that the reference means; of names that it cut in halves, the other half too."""
    whole = {"Upper East Side", "Gravesend", "ues", "murray hill"}
    wrong: list[tuple[str, set[str], set[str | None]]] = []
    for name, polygons in _reference():
        areas = {area_of_polygon()[polygon] for polygon in polygons} - {None}
        place = resolve(name).place
        found: set[str] = set() if place is None else set(place.area_keys)
        if not areas or (not areas <= found if name in whole else areas != found):
            wrong.append((name, found, areas))
    assert wrong == []


def _reference() -> Iterator[tuple[str, set[str]]]:
    """Each name that the reference knows, with the polygons it means."""
    told = json.loads(REFERENCE.read_text())
    polygons = {one["nta"]: one["display"] for one in told["polygons"]}
    shown: dict[str, set[str]] = {}
    for name, display in polygons.items():
        if display is not None:
            shown.setdefault(display, set()).add(name)
    yield from shown.items()
    for hidden in told["hidden_subareas"]:
        yield from ((alias, shown[hidden["display"]]) for alias in hidden["aliases"])
    for alias in told["aliases"]:
        target = alias["target"].lower()
        meant = {
            name
            for name, display in polygons.items()
            if display is not None
            and (
                target in {name.lower().split(" (")[0], display.lower()}
                or target in name.lower().split("-")
                or target in display.lower().split(" / ")
            )
        }
        if alias["target"] not in {borough.value for borough in Borough}:
            yield alias["alias"], meant


@pytest.mark.parametrize("case", cases("location"), ids=str)
def test_the_places_of_the_dev_cases(case: Case) -> None:
    """What each tells of a place by itself; finding it in a sentence is the parser's work."""
    told = case.expect
    wanted = told.get("normalized") or told.get("location_intent") or told.get("location_text")
    found = resolve(str(wanted or re.sub(r"^.* (near|in) ", "", case.query)))
    if told.get("not_found") or told.get("descriptive") or not case.query:
        assert found.place is None
        return
    assert found.place is not None
    if told.get("requires_clarification"):
        meant = {one.name for one in found.candidates}
        assert len(meant) >= int(str(told.get("min_candidates", 2)))
        for name in cast("list[str]", told.get("candidates", [])):
            assert _areas(name) & set(found.place.area_keys), name
    for said in ("borough", "region", "display_name", "resolves_to"):
        if said in told and not found.is_ambiguous:
            assert set(found.place.area_keys) & _areas(str(told[said])), said


def _areas(name: str) -> set[str]:
    place = resolve(name).place
    assert place is not None, name
    return set(place.area_keys)
