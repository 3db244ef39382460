"""The signed-in person's own cards."""

from http import HTTPStatus

from api.deps import RuntimeDep, SignedInDep, UowDep
from api.routing import Router
from instainstru_core.domains.payments import flows, service
from instainstru_core.domains.payments.schemas import (
    CardSetupView,
    PaymentMethodsView,
    PaymentMethodView,
    SaveCard,
)

router = Router(prefix="/payment-methods", tags=["payment methods"])


@router.get("", operation_id="payment_methods.list", summary="One's own cards")
def listing(uow: UowDep) -> PaymentMethodsView:
    """The default first, then the newest."""
    return service.cards(uow)


@router.post(
    "/setup",
    status_code=HTTPStatus.CREATED,
    operation_id="payment_methods.setup",
    summary="Start saving a card",
)
def setup(runtime: RuntimeDep, actor: SignedInDep) -> CardSetupView:
    """The browser confirms the card with the secret; then save it by the setup's id."""
    return flows.start_card_setup(runtime.begin, runtime.payments, actor=actor)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    operation_id="payment_methods.save",
    summary="Save a card",
    responses={404: {}},
)
def save(runtime: RuntimeDep, actor: SignedInDep, command: SaveCard) -> PaymentMethodView:
    """Of a finished setup, or one the browser has made. The first one becomes the default."""
    return flows.save_card(runtime.begin, runtime.payments, actor=actor, command=command)


@router.post(
    "/{payment_method_id}/make-default",
    operation_id="payment_methods.make_default",
    summary="Make a card the default",
)
def make_default(uow: UowDep, payment_method_id: str) -> PaymentMethodView:
    """The one that was the default is no longer."""
    return service.make_default_card(uow, payment_method_id)


@router.delete(
    "/{payment_method_id}",
    status_code=HTTPStatus.NO_CONTENT,
    operation_id="payment_methods.remove",
    summary="Remove a card",
)
def remove(runtime: RuntimeDep, actor: SignedInDep, payment_method_id: str) -> None:
    """After the default one, the newest becomes the default."""
    flows.remove_card(runtime.begin, runtime.payments, actor=actor, card_id=payment_method_id)
