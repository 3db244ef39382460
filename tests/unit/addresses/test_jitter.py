"""Where a place is shown in place of where it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.addresses.policy import (
    FARTHEST_METERS,
    NEAREST_METERS,
    approximate_point,
    meters_between,
)
from instainstru_core.domains.addresses.types import Point

SECRET = b"a-secret-of-the-tests"
HOME = Point(40.67158, -73.97773)
ROUNDING_METERS = 1.0


def shown(
    point: Point = HOME, identity: str = "maya:1 main street", secret: bytes = SECRET
) -> Point:
    return approximate_point(
        latitude=point.latitude, longitude=point.longitude, identity=identity, secret=secret
    )


class TestApproximatePoint:
    def test_is_always_the_same(self) -> None:
        assert shown() == shown() == Point(40.67399, -73.97661)

    def test_differs_by_identity(self) -> None:
        assert shown(identity="maya:2 main street") != shown()

    def test_differs_by_secret(self) -> None:
        assert shown(secret=b"another") != shown()

    @given(
        latitude=st.floats(40.4, 41.0),
        longitude=st.floats(-74.3, -73.6),
        identity=st.text(min_size=1, max_size=60),
    )
    def test_is_some_houses_to_a_few_blocks_away(
        self, latitude: float, longitude: float, identity: str
    ) -> None:
        point = Point(latitude, longitude)
        meters = meters_between(point, shown(point, identity))
        assert NEAREST_METERS - ROUNDING_METERS <= meters <= FARTHEST_METERS + ROUNDING_METERS

    @given(
        latitude=st.floats(-90, 90),
        longitude=st.floats(-180, 180),
        identity=st.text(max_size=20),
    )
    def test_is_on_the_globe(self, latitude: float, longitude: float, identity: str) -> None:
        point = shown(Point(latitude, longitude), identity)
        assert -90 <= point.latitude <= 90
        assert -180 <= point.longitude <= 180

    def test_goes_in_all_directions(self) -> None:
        quarters = {
            (point.latitude > HOME.latitude, point.longitude > HOME.longitude)
            for point in (shown(identity=str(number)) for number in range(40))
        }
        assert len(quarters) == 4

    def test_fills_the_ring_evenly(self) -> None:
        distances = [meters_between(HOME, shown(identity=str(number))) for number in range(2_000)]
        half = math.sqrt((NEAREST_METERS**2 + FARTHEST_METERS**2) / 2)
        assert sum(meters < half for meters in distances) == pytest.approx(1_000, abs=70)


class TestMetersBetween:
    def test_measures_over_ground(self) -> None:
        north = Point(HOME.latitude + 1, HOME.longitude)
        assert meters_between(HOME, north) == pytest.approx(111_195, abs=1)
        assert meters_between(HOME, HOME) == 0
