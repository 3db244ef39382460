"""A person's own addresses."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from instainstru_core.domains.addresses import service
from instainstru_core.domains.addresses.errors import (
    AddressNotFound,
    CustomLabelMissing,
    PointIncomplete,
    PostalCodeUnusable,
    TooManyAddresses,
)
from instainstru_core.domains.addresses.models import Address
from instainstru_core.domains.addresses.policy import MAX_ADDRESSES
from instainstru_core.domains.addresses.schemas import AddAddress, UpdateAddress
from instainstru_core.domains.addresses.types import AddressLabel
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import instructors

HOME = AddAddress(label=AddressLabel.HOME, line1="9 Fillmore Street", postal_code="11215")
INSIDE = dict(zip(("latitude", "longitude"), instructors.INSIDE, strict=True))


@pytest.fixture
def zoe(uow: Uow) -> Actor:
    return instructors.instructor_actor(instructors.person(uow, first_name="Zoe"))


@pytest.fixture
def jonas(uow: Uow) -> Actor:
    return instructors.instructor_actor(instructors.person(uow, first_name="Jonas"))


class TestAdd:
    def test_makes_the_first_one_the_default(self, begin: Begin, zoe: Actor) -> None:
        with begin(zoe) as uow:
            first = service.add(uow, HOME)
            second = service.add(uow, HOME)
            assert (first.is_default, second.is_default) == (True, False)
            assert [one.id for one in service.listing(uow).items] == [first.id, second.id]

    def test_moves_the_default_to_a_new_one_that_asks(self, begin: Begin, zoe: Actor) -> None:
        with begin(zoe) as uow:
            first = service.add(uow, HOME)
            second = service.add(uow, HOME.model_copy(update={"is_default": True}))
            shown = [(one.id, one.is_default) for one in service.listing(uow).items]
            assert shown == [(second.id, True), (first.id, False)]

    def test_knows_the_neighborhood_of_the_point(self, begin: Begin, zoe: Actor, uow: Uow) -> None:
        instructors.area(uow)
        with begin(zoe) as work:
            found = service.add(work, HOME.model_copy(update=INSIDE))
        assert (found.area_key, found.area, found.borough) == (
            "test-square",
            "Test Square",
            "Brooklyn",
        )
        assert (found.latitude, found.longitude) == instructors.INSIDE

    def test_takes_a_point_outside_the_city_without_neighborhood(
        self, begin: Begin, zoe: Actor
    ) -> None:
        with begin(zoe) as uow:
            found = service.add(uow, HOME.model_copy(update={"latitude": 51.5, "longitude": -0.12}))
        assert (found.area_key, found.borough) == (None, None)

    def test_stops_at_the_limit(self, begin: Begin, zoe: Actor, jonas: Actor) -> None:
        with begin(zoe) as uow:
            for _ in range(MAX_ADDRESSES):
                service.add(uow, HOME)
            with pytest.raises(TooManyAddresses):
                service.add(uow, HOME)
            assert len(service.listing(uow).items) == MAX_ADDRESSES
        with begin(jonas) as uow:
            assert service.add(uow, HOME).is_default

    def test_makes_room_when_one_is_removed(self, begin: Begin, zoe: Actor) -> None:
        with begin(zoe) as uow:
            made = [service.add(uow, HOME) for _ in range(MAX_ADDRESSES)]
            service.remove(uow, made[3].id)
            assert not service.add(uow, HOME).is_default

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"label": AddressLabel.OTHER}, CustomLabelMissing),
            ({"latitude": 40.7}, PointIncomplete),
            ({"longitude": -74.0}, PointIncomplete),
            ({"postal_code": "1121"}, PostalCodeUnusable),
            ({"postal_code": "SW1A 1AA"}, PostalCodeUnusable),
        ],
    )
    def test_refuses_what_makes_no_address(
        self, begin: Begin, zoe: Actor, changes: dict[str, object], refusal: type[Exception]
    ) -> None:
        with begin(zoe) as uow:
            with pytest.raises(refusal):
                service.add(uow, HOME.model_copy(update=changes))
            assert service.listing(uow).items == []

    def test_takes_other_countries_codes(self, begin: Begin, zoe: Actor) -> None:
        changes = {"postal_code": "SW1A 1AA", "country": "GB"}
        with begin(zoe) as uow:
            assert service.add(uow, HOME.model_copy(update=changes)).postal_code == "SW1A 1AA"


class TestUpdate:
    def test_changes_what_is_given_and_leaves_the_rest(self, begin: Begin, zoe: Actor) -> None:
        with begin(zoe) as uow:
            made = service.add(uow, HOME.model_copy(update={"line2": "Apt 5", **INSIDE}))
            found = service.update(uow, made.id, UpdateAddress(label=AddressLabel.WORK))
        assert found == made.model_copy(update={"label": AddressLabel.WORK})

    def test_takes_the_second_line_away(self, begin: Begin, zoe: Actor) -> None:
        with begin(zoe) as uow:
            made = service.add(uow, HOME.model_copy(update={"line2": "Apt 5"}))
            assert service.update(uow, made.id, UpdateAddress(line2=None)).line2 is None

    def test_drops_the_point_of_another_street(self, begin: Begin, zoe: Actor, uow: Uow) -> None:
        instructors.area(uow)
        with begin(zoe) as work:
            made = service.add(work, HOME.model_copy(update=INSIDE))
            found = service.update(work, made.id, UpdateAddress(line1="1 Main Street"))
        assert (found.latitude, found.longitude, found.area_key) == (None, None, None)

    def test_takes_the_new_point_with_the_new_street(
        self, begin: Begin, zoe: Actor, uow: Uow
    ) -> None:
        instructors.area(uow)
        with begin(zoe) as work:
            made = service.add(work, HOME)
            command = UpdateAddress(line1="1 Main Street", **INSIDE)
            assert service.update(work, made.id, command).area_key == "test-square"

    @pytest.mark.parametrize(
        ("command", "refusal"),
        [
            (UpdateAddress(label=AddressLabel.OTHER), CustomLabelMissing),
            (UpdateAddress(latitude=None), PointIncomplete),
            (UpdateAddress(country="US", postal_code="abc"), PostalCodeUnusable),
        ],
        ids=["label", "point", "code"],
    )
    def test_refuses_what_makes_no_address(
        self, begin: Begin, zoe: Actor, command: UpdateAddress, refusal: type[Exception]
    ) -> None:
        with begin(zoe) as uow:
            made = service.add(uow, HOME.model_copy(update=INSIDE))
            with pytest.raises(refusal):
                service.update(uow, made.id, command)
            assert service.detail(uow, made.id) == made


class TestTheDefault:
    def test_is_one_at_a_time(self, begin: Begin, zoe: Actor) -> None:
        with begin(zoe) as uow:
            first, second = service.add(uow, HOME), service.add(uow, HOME)
            assert service.make_default(uow, second.id).is_default
            assert service.make_default(uow, second.id).is_default
            shown = [(one.id, one.is_default) for one in service.listing(uow).items]
        assert shown == [(second.id, True), (first.id, False)]

    def test_goes_to_the_newest_when_it_is_removed(self, begin: Begin, zoe: Actor) -> None:
        with begin(zoe) as uow:
            first, second, third = (service.add(uow, HOME) for _ in range(3))
            service.remove(uow, first.id)
            shown = [(one.id, one.is_default) for one in service.listing(uow).items]
            assert shown == [(third.id, True), (second.id, False)]
            service.remove(uow, second.id)
            service.remove(uow, third.id)
            assert service.listing(uow).items == []


class TestRemove:
    def test_keeps_the_row_and_hides_it(self, begin: Begin, zoe: Actor) -> None:
        with begin(zoe) as uow:
            made = service.add(uow, HOME)
            service.remove(uow, made.id)
            row = uow.session.scalars(select(Address).filter_by(id=made.id)).one()
            assert row.deleted_at == uow.now
            for refused in (service.detail, service.remove, service.make_default):
                with pytest.raises(AddressNotFound):
                    refused(uow, made.id)


class TestOthers:
    def test_addresses_are_not_found(self, begin: Begin, zoe: Actor, jonas: Actor) -> None:
        with begin(zoe) as uow:
            made = service.add(uow, HOME)
        with begin(jonas) as uow:
            assert service.listing(uow).items == []
            for refused in (service.detail, service.remove, service.make_default):
                for address_id in (made.id, new_id(), "x"):
                    with pytest.raises(AddressNotFound):
                        refused(uow, address_id)
            with pytest.raises(AddressNotFound):
                service.update(uow, made.id, UpdateAddress(line2="mine now"))
        with begin(zoe) as uow:
            assert service.detail(uow, made.id) == made

    @pytest.mark.parametrize("actor", [ANONYMOUS, SYSTEM], ids=["anonymous", "system"])
    def test_may_not_save_any(self, begin: Begin, actor: Actor) -> None:
        with begin(actor) as uow, pytest.raises(PermissionMissing):
            service.add(uow, HOME)


def test_the_list_is_one_statement(
    begin: Begin, zoe: Actor, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with begin(zoe) as uow:
        for _ in range(3):
            service.add(uow, HOME)
    with begin(zoe) as uow, count_statements() as seen:
        assert len(service.listing(uow).items) == 3
    assert len(seen) == 1
