"""The signed-in person's own addresses."""

from http import HTTPStatus

from api.deps import UowDep
from api.routing import Router
from instainstru_core.domains.addresses import service
from instainstru_core.domains.addresses.schemas import (
    AddAddress,
    AddressesView,
    AddressView,
    UpdateAddress,
)

router = Router(prefix="/addresses", tags=["addresses"])


@router.get("", operation_id="addresses.list", summary="One's own addresses")
def listing(uow: UowDep) -> AddressesView:
    """The default first, then the newest."""
    return service.listing(uow)


@router.post(
    "", status_code=HTTPStatus.CREATED, operation_id="addresses.add", summary="Save an address"
)
def add(uow: UowDep, command: AddAddress) -> AddressView:
    """The first one becomes the default."""
    return service.add(uow, command)


@router.get("/{address_id}", operation_id="addresses.detail", summary="One of one's addresses")
def detail(uow: UowDep, address_id: str) -> AddressView:
    """Other people's addresses are not found."""
    return service.detail(uow, address_id)


@router.patch("/{address_id}", operation_id="addresses.update", summary="Change an address")
def update(uow: UowDep, address_id: str, command: UpdateAddress) -> AddressView:
    """Changes what is sent and leaves the rest."""
    return service.update(uow, address_id, command)


@router.post(
    "/{address_id}/make-default",
    operation_id="addresses.make_default",
    summary="Make an address the default",
)
def make_default(uow: UowDep, address_id: str) -> AddressView:
    """The one that was the default is no longer."""
    return service.make_default(uow, address_id)


@router.delete(
    "/{address_id}",
    status_code=HTTPStatus.NO_CONTENT,
    operation_id="addresses.remove",
    summary="Remove an address",
)
def remove(uow: UowDep, address_id: str) -> None:
    """After the default one, the newest becomes the default."""
    service.remove(uow, address_id)
