"""From a fact to a sent message: each step one statement in somebody's transaction."""

from collections.abc import Collection
from datetime import timedelta

from instainstru_core.domains.notifications import policy, repository
from instainstru_core.domains.notifications.schemas import DueDelivery, Facts
from instainstru_core.domains.notifications.types import DeliveryState, Template
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("notifications.queue")
def queue(
    uow: Uow,
    *,
    key: str,
    template: Template,
    user_id: str | None = None,
    invite_id: str | None = None,
    facts: Facts,
    reference: str | None = None,
) -> bool:
    """Queue a message, unless one with this key was queued before; says whether it did.

    Called by what caused the message, in its transaction.
    """
    if facts.template is not template:
        msg = f"{type(facts).__name__} are the facts of {facts.template}, not of {template}"
        raise TypeError(msg)
    return repository.queue(
        uow.session,
        id=new_id(),
        key=key,
        template=template,
        user_id=user_id,
        invite_id=invite_id,
        reference=reference,
        facts=facts.model_dump(mode="json"),
        state=DeliveryState.QUEUED,
        attempts=0,
        created_at=uow.now,
        due_at=uow.now,
    )


@operation("notifications.claim")
def claim(uow: Uow, *, limit: int, lease: timedelta) -> list[DueDelivery]:
    """Take messages that are due. Those not marked when the lease runs out are due again."""
    return repository.claim(uow.session, now=uow.now, leased_until=uow.now + lease, limit=limit)


@operation("notifications.mark_sent")
def mark_sent(uow: Uow, delivery_id: str, *, vendor_id: str | None) -> None:
    """The carrier has it. True whoever says so, also when another took the message over."""
    repository.mark_sent(uow.session, delivery_id, vendor_id=vendor_id, now=uow.now)


@operation("notifications.mark_failed")
def mark_failed(
    uow: Uow, due: DueDelivery, *, error: str, is_final: bool, retry_after: timedelta = timedelta(0)
) -> DeliveryState:
    """An attempt was in vain: wait for the next one, or give up. Says which.

    Whoever lost the message to another in the meantime changes nothing.
    """
    standing = policy.after_failure(
        due.attempt, now=uow.now, is_final=is_final, retry_after=retry_after
    )
    repository.mark_failed(
        uow.session, due, state=standing.state, due_at=standing.due_at, error=error
    )
    return standing.state


@operation("notifications.put_back")
def put_back(uow: Uow, due: Collection[DueDelivery], *, error: str, wait: timedelta) -> None:
    """Let these wait again without counting the attempt: nothing was wrong with them."""
    if due:
        repository.put_back(uow.session, due, due_at=uow.now + wait, error=error)
