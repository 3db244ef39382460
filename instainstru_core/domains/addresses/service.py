"""A person's own addresses. Nobody else's can be seen or changed here."""

from typing import Any

from instainstru_core.domains.addresses import policy, repository
from instainstru_core.domains.addresses.errors import (
    AddressNotFound,
    CustomLabelMissing,
    PointIncomplete,
    PostalCodeUnusable,
    TooManyAddresses,
)
from instainstru_core.domains.addresses.models import Address
from instainstru_core.domains.addresses.repository import Placed
from instainstru_core.domains.addresses.schemas import (
    AddAddress,
    AddressesView,
    AddressView,
    UpdateAddress,
)
from instainstru_core.domains.addresses.types import AddressLabel, Point
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.regions import service as regions
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import ActorKind, Permission, PermissionMissing, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

CLEARABLE = frozenset({"custom_label", "line2", "latitude", "longitude"})


@operation("addresses.listing")
def listing(uow: Uow) -> AddressesView:
    """The signed-in person's addresses, the default first, then the newest."""
    owner = _owner(uow)
    return AddressesView(items=[_view(found) for found in repository.own(uow.session, owner)])


@operation("addresses.detail")
def detail(uow: Uow, address_id: str) -> AddressView:
    """One of one's own addresses. Raises AddressNotFound."""
    return _view(_own(uow, _owner(uow), address_id))


@operation("addresses.default_point")
def default_point(uow: Uow) -> Point | None:
    """Where the signed-in person's default address is. It is theirs alone, and exact."""
    found = repository.default_point(uow.session, _owner(uow))
    return None if found is None else Point(*found)


@operation("addresses.add")
def add(uow: Uow, command: AddAddress) -> AddressView:
    """Save an address. The first one is the default, and so is a new one that asks for it."""
    owner = _owner(uow, lock=True)
    saved = repository.count(uow.session, owner)
    if saved >= policy.MAX_ADDRESSES:
        raise TooManyAddresses(
            f"You can save {policy.MAX_ADDRESSES} addresses. Remove one that you no longer need.",
            limit=policy.MAX_ADDRESSES,
        )
    values = command.model_dump()
    _check(values)
    is_default = values.pop("is_default") or not saved
    if is_default:
        repository.clear_default(uow.session, owner)
    row = Address(
        id=new_id(),
        user_id=owner,
        is_default=is_default,
        created_at=uow.now,
        updated_at=uow.now,
        region_id=_region(uow, values),
        **values,
    )
    uow.session.add(row)
    return _settled(uow, row, "addresses.add")


@operation("addresses.update")
def update(uow: Uow, address_id: str, command: UpdateAddress) -> AddressView:
    """Change what was given and leave the rest."""
    owner = _owner(uow, lock=True)
    row = _own(uow, owner, address_id).row
    given = command.model_dump(exclude_unset=True)
    changes = {
        name: value for name, value in given.items() if value is not None or name in CLEARABLE
    }
    if any(changes.get(name, getattr(row, name)) != getattr(row, name) for name in policy.WRITTEN):
        changes = {"latitude": None, "longitude": None} | changes
    kept = {name: getattr(row, name) for name in AddAddress.model_fields}
    _check(kept | changes)
    for name, value in changes.items():
        setattr(row, name, value)
    if "latitude" in changes or "longitude" in changes:
        row.region_id = _region(uow, kept | changes)
    row.updated_at = uow.now
    return _settled(uow, row, "addresses.update")


@operation("addresses.make_default")
def make_default(uow: Uow, address_id: str) -> AddressView:
    """Take this address where none is named, instead of the one before."""
    owner = _owner(uow, lock=True)
    row = _own(uow, owner, address_id).row
    if row.is_default:
        return _view(_own(uow, owner, address_id))
    repository.clear_default(uow.session, owner)
    row.is_default = True
    row.updated_at = uow.now
    return _settled(uow, row, "addresses.make_default")


@operation("addresses.remove")
def remove(uow: Uow, address_id: str) -> None:
    """Take an address off the list. After the default one, the newest takes its place."""
    owner = _owner(uow, lock=True)
    row = _own(uow, owner, address_id).row
    was_default = row.is_default
    row.deleted_at, row.updated_at, row.is_default = uow.now, uow.now, False
    uow.session.flush()
    heir = repository.newest(uow.session, owner) if was_default else None
    if heir is not None:
        heir.is_default = True
    audit.record(uow, "addresses.remove", subject_kind="address", subject_id=row.id)


def _owner(uow: Uow, *, lock: bool = False) -> str:
    """Who is signed in; locked, their addresses change one at a time."""
    require(uow.actor, Permission.ADDRESSES_MANAGE_OWN)
    if uow.actor.kind is not ActorKind.USER or uow.actor.id is None:
        raise PermissionMissing("Addresses belong to people. Sign in as the person they are of.")
    if lock:
        locks.advisory(uow.session, [f"addresses:{uow.actor.id}"])
    return uow.actor.id


def _own(uow: Uow, owner: str, address_id: str) -> Placed:
    found = repository.one(uow.session, owner, address_id)
    if found is None:
        raise AddressNotFound("You have no such address. List yours and use one of their ids.")
    return found


def _check(values: dict[str, Any]) -> None:
    if values["label"] is AddressLabel.OTHER and values["custom_label"] is None:
        raise CustomLabelMissing('Say in `custom_label` what to call an address labeled "other".')
    if (values["latitude"] is None) != (values["longitude"] is None):
        raise PointIncomplete("Send latitude and longitude together, or neither.")
    if not policy.is_postal_code(values["postal_code"], values["country"]):
        raise PostalCodeUnusable("A ZIP code has five digits, such as 10118 or 10118-0110.")


def _region(uow: Uow, values: dict[str, Any]) -> str | None:
    latitude, longitude = values["latitude"], values["longitude"]
    if latitude is None or longitude is None:
        return None
    return regions.region_at(uow, latitude=latitude, longitude=longitude)


def _settled(uow: Uow, row: Address, action: str) -> AddressView:
    """End a change: written, on record, and read back with its neighborhood."""
    uow.session.flush()
    audit.record(uow, action, subject_kind="address", subject_id=row.id)
    return _view(_own(uow, row.user_id, row.id))


def _view(found: Placed) -> AddressView:
    row = found.row
    return AddressView(
        id=row.id,
        label=row.label,
        custom_label=row.custom_label,
        line1=row.line1,
        line2=row.line2,
        city=row.city,
        state=row.state,
        postal_code=row.postal_code,
        country=row.country,
        latitude=row.latitude,
        longitude=row.longitude,
        borough=found.borough,
        area_key=found.area_key,
        area=found.area,
        is_default=row.is_default,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
