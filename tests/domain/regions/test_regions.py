"""The map of the city: loading it, listing it, finding places on it."""

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.regions import service
from instainstru_core.domains.regions.errors import AreaNotFound
from instainstru_core.domains.regions.models import DisplayArea, Region
from instainstru_core.domains.regions.types import Borough
from instainstru_core.kernel.authority import ANONYMOUS, PermissionMissing
from instainstru_core.kernel.ids import stable_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import instructors

EMPIRE_STATE = (40.74844, -73.98566)
CENTRAL_PARK = (40.78255, -73.96555)
PROSPECT_PARK_WEST = (40.6672, -73.9745)


class TestLoad:
    def test_changes_nothing_the_second_time(self, uow: Uow) -> None:
        assert service.load(uow).model_dump() == {"areas": 172, "regions": 262, "changed": 0}

    def test_brings_what_is_known_without_a_database(self, uow: Uow) -> None:
        loaded, packaged = service.gazetteer(uow), service.packaged_gazetteer()
        assert loaded.places == packaged.places
        assert loaded.areas == packaged.areas
        assert (loaded.official, loaded.streets) == (packaged.official, packaged.streets)

    def test_brings_back_what_was_changed(self, uow: Uow) -> None:
        area = uow.session.scalars(select(DisplayArea).limit(1)).one()
        region = uow.session.scalars(select(Region).limit(1)).one()
        code, name = region.code, region.name
        area.name, region.name = "Nowhere", "Nowhere"
        uow.session.flush()
        assert service.load(uow).changed == 2
        found = uow.session.scalars(select(Region).filter_by(code=code)).one()
        assert (found.id, found.name) == (stable_id("region", code), name)

    def test_puts_every_polygon_into_one_area_but_parks_and_the_like(self, uow: Uow) -> None:
        counts = uow.session.execute(
            select(Region.area_key.is_(None), func.count()).group_by(Region.area_key.is_(None))
        )
        assert {row[0]: row[1] for row in counts} == {True: 63, False: 199}

    def test_needs_the_right_to(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow, pytest.raises(PermissionMissing):
            service.load(uow)


class TestListings:
    def test_count_the_areas_of_each_borough(self, uow: Uow) -> None:
        assert {one.name.value: one.area_count for one in service.boroughs(uow).items} == {
            "Manhattan": 27,
            "Brooklyn": 42,
            "Queens": 53,
            "Bronx": 35,
            "Staten Island": 16,
        }

    def test_have_all_areas_in_the_order_of_the_boroughs(self, uow: Uow) -> None:
        found = service.areas(uow).items
        assert len(found) == 172
        assert list(dict.fromkeys(area.borough for area in found)) == list(Borough)

    def test_list_an_area_under_both_boroughs_that_claim_it(self, uow: Uow) -> None:
        for borough in (Borough.MANHATTAN, Borough.BRONX):
            keys = {area.key for area in service.areas(uow, borough).items}
            assert "nyc-bronx-kingsbridge-marble-hill" in keys

    def test_show_one_area_with_its_outline(self, uow: Uow) -> None:
        key = instructors.area(uow)
        found = service.area(uow, key)
        assert (found.name, found.latitude, found.longitude) == ("Test Square", 40.41, -73.79)
        assert found.outline["type"] == "MultiPolygon"
        (ring,) = found.outline["coordinates"][0]
        assert sorted({tuple(corner) for corner in ring}) == [
            (-73.8, 40.4),
            (-73.8, 40.42),
            (-73.78, 40.4),
            (-73.78, 40.42),
        ]

    @pytest.mark.parametrize("key", ["nowhere", "", "' OR 1=1 --"])
    def test_refuse_an_unknown_area(self, uow: Uow, key: str) -> None:
        with pytest.raises(AreaNotFound):
            service.area(uow, key)

    def test_leave_unknown_keys_out(self, uow: Uow) -> None:
        key = "nyc-brooklyn-park-slope"
        assert list(service.areas_by_keys(uow, [key, "nowhere"])) == [key]
        assert service.areas_by_keys(uow, []) == {}


class TestAPoint:
    @pytest.mark.parametrize(
        ("point", "key"),
        [
            (EMPIRE_STATE, "nyc-manhattan-flatiron-nomad-union-square"),
            (PROSPECT_PARK_WEST, "nyc-brooklyn-park-slope"),
        ],
    )
    def test_lies_in_the_area_around_it(
        self, uow: Uow, point: tuple[float, float], key: str
    ) -> None:
        found = service.at(uow, latitude=point[0], longitude=point[1])
        assert found.area is not None
        assert found.area.key == key

    def test_in_a_park_belongs_to_the_nearest_area(self, uow: Uow) -> None:
        found = service.at(uow, latitude=CENTRAL_PARK[0], longitude=CENTRAL_PARK[1])
        assert found.area is not None
        assert found.area.borough is Borough.MANHATTAN

    def test_on_an_edge_is_inside(self, uow: Uow) -> None:
        key = instructors.area(uow)
        found = service.at(uow, latitude=instructors.ON_EDGE[0], longitude=instructors.ON_EDGE[1])
        assert found.area is not None
        assert found.area.key == key

    def test_between_two_areas_goes_to_the_smaller(self, uow: Uow) -> None:
        instructors.area(uow, "a-large-one", west=-73.80, size=0.02)
        instructors.area(uow, "b-small-one", west=-73.78, size=0.01)
        found = service.at(uow, latitude=40.405, longitude=-73.78)
        assert found.area is not None
        assert found.area.key == "b-small-one"

    def test_between_two_equal_areas_goes_by_key(self, uow: Uow) -> None:
        instructors.area(uow, "test-b", west=-73.80)
        instructors.area(uow, "test-a", west=-73.78)
        found = service.at(uow, latitude=40.41, longitude=-73.78)
        assert found.area is not None
        assert found.area.key == "test-a"

    @pytest.mark.parametrize("point", [(0.0, 0.0), (51.5, -0.12), (90.0, 180.0)])
    def test_far_away_has_no_area(self, uow: Uow, point: tuple[float, float]) -> None:
        assert service.at(uow, latitude=point[0], longitude=point[1]).area is None
        assert service.region_at(uow, latitude=point[0], longitude=point[1]) is None

    def test_has_a_polygon_even_in_a_park(self, uow: Uow) -> None:
        found = service.region_at(uow, latitude=CENTRAL_PARK[0], longitude=CENTRAL_PARK[1])
        assert found == stable_id("region", "MN6491")


class TestAName:
    @pytest.mark.parametrize(
        ("name", "keys"),
        [
            ("UWS", ["nyc-manhattan-upper-west-side"]),
            ("Park Slope", ["nyc-brooklyn-park-slope"]),
            ("in the park slope area", ["nyc-brooklyn-park-slope"]),
            ("prak slope", ["nyc-brooklyn-park-slope"]),
            ("Jackson Hts.", ["nyc-queens-jackson-heights"]),
            ("bed-stuy", ["nyc-brooklyn-bedford-stuyvesant"]),
            ("Hell\u2019s Kitchen", ["nyc-manhattan-hells-kitchen"]),
            ("dumbo", ["nyc-brooklyn-downtown-brooklyn-dumbo-boerum-hill"]),
        ],
    )
    def test_means_an_area(self, uow: Uow, name: str, keys: list[str]) -> None:
        place = service.find(uow, name).place
        assert place is not None
        assert (place.area_keys, place.ambiguous) == (keys, False)

    def test_may_mean_two_areas_together(self, uow: Uow) -> None:
        place = service.find(uow, "UES").place
        assert place is not None
        assert sorted(place.area_keys) == [
            "nyc-manhattan-lenox-hill-roosevelt-island",
            "nyc-manhattan-upper-east-side",
        ]
        assert (place.borough, place.ambiguous) == (Borough.MANHATTAN, False)

    def test_may_mean_one_of_two_boroughs(self, uow: Uow) -> None:
        place = service.find(uow, "murray hill").place
        assert place is not None
        assert (place.borough, place.ambiguous, len(place.area_keys)) == (None, True, 2)

    @pytest.mark.parametrize("name", ["Bronx", "the bronx", "BX"])
    def test_means_a_borough(self, uow: Uow, name: str) -> None:
        place = service.find(uow, name).place
        assert place is not None
        assert (place.borough, len(place.area_keys)) == (Borough.BRONX, 35)

    def test_means_the_whole_city(self, uow: Uow) -> None:
        place = service.find(uow, "NYC").place
        assert place is not None
        assert place.area_keys == []

    @pytest.mark.parametrize("name", ["", "   ", "atlantis", "piano", "?!", "st"])
    def test_may_mean_nothing(self, uow: Uow, name: str) -> None:
        assert service.find(uow, name).place is None

    def test_of_a_new_area_is_found_at_once(self, uow: Uow) -> None:
        assert service.find(uow, "test square").place is None
        instructors.area(uow)
        place = service.find(uow, "test square").place
        assert place is not None
        assert place.area_keys == ["test-square"]
