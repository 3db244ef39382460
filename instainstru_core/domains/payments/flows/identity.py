"""Starting the check of an instructor's identity, or going on with it."""

from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.flows.keys import hourly
from instainstru_core.domains.payments.ports import ConnectGateway
from instainstru_core.domains.payments.schemas import IdentityView
from instainstru_core.domains.payments.service.identity import OwnIdentity
from instainstru_core.domains.payments.types import IdentitySeen, IdentityStatus
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Begin

IDENTITY_PAGE = "/instructor/identity"
FIRST = "first"


def start_identity(
    begin: Begin, gateway: ConnectGateway, *, actor: Actor, web_url: str
) -> IdentityView:
    """The page where the signed-in instructor goes on, or where the check is.

    A session that waits for them or is looked at is gone on with; a canceled one gives way to
    another. Two who start at once get one session.
    """
    with begin(actor) as uow:
        own = service.own_identity(uow)
    if own.vendor_id is not None:
        seen = gateway.identity(own.vendor_id)
        if seen.status is not IdentityStatus.CANCELED:
            return _gone_on(begin, actor, own, seen)
    seen = gateway.start_identity(
        key=hourly("identity", f"{own.instructor_id}:{own.vendor_id or FIRST}", own.asked_at),
        instructor_id=own.instructor_id,
        return_url=web_url.rstrip("/") + IDENTITY_PAGE,
    )
    with begin(actor) as uow:
        kept = service.keep_identity(
            uow, own.instructor_id, seen, replacing=own.vendor_id, asked_at=own.asked_at
        )
    return kept.model_copy(update={"url": seen.url, "last_error": seen.last_error})


def _gone_on(begin: Begin, actor: Actor, own: OwnIdentity, seen: IdentitySeen) -> IdentityView:
    with begin(actor) as uow:
        service.note_identity(uow, seen, asked_at=own.asked_at)
        known = service.identity(uow)
    waits = seen.status is IdentityStatus.REQUIRES_INPUT
    return known.model_copy(
        update={"url": seen.url if waits else None, "last_error": seen.last_error}
    )
