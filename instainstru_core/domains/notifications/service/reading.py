"""Looking at messages, and sending one once more. For staff."""

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.notifications import policy, repository
from instainstru_core.domains.notifications.errors import (
    DeliveryNotFound,
    DeliveryUnderWay,
    MessageUnreadable,
)
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.repository import Deliveries
from instainstru_core.domains.notifications.schemas import (
    DeliveryDetailView,
    DeliveryFilters,
    DeliveryView,
    Letter,
)
from instainstru_core.domains.notifications.service.rendering import letter, read
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.domains.onboarding import service as onboarding
from instainstru_core.domains.onboarding.policy import masked_email
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id, new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page, moment_after, page_of
from instainstru_core.kernel.uow import Uow


@operation("notifications.listing")
def listing(
    uow: Uow, filters: DeliveryFilters, *, cursor: str | None = None, limit: int = 50
) -> Page[DeliveryView]:
    """The newest messages that match, page by page."""
    require(uow.actor, Permission.OPERATIONS_READ)
    limit = min(max(limit, 1), MAX_PAGE)
    scope = f"notifications:{filters.model_dump_json()}"
    query = repository.matching(filters, after=moment_after(cursor, scope), limit=limit + 1)
    return page_of(
        Deliveries(uow.session).all(query),
        limit=limit,
        scope=scope,
        key=lambda row: (row.created_at.isoformat(), row.id),
        view=DeliveryView.model_validate,
    )


@operation("notifications.detail")
def detail(uow: Uow, delivery_id: str) -> DeliveryDetailView:
    """One message with its words."""
    require(uow.actor, Permission.OPERATIONS_READ)
    row = _found(uow, delivery_id)
    to_name, first_name = _recipient(uow, row)
    words = _words(row, first_name)
    return DeliveryDetailView(
        **DeliveryView.model_validate(row).model_dump(),
        facts=row.facts,
        to_name=to_name,
        subject=words.subject,
        text=words.text,
        html=words.html,
    )


@operation("notifications.resend")
def resend(uow: Uow, delivery_id: str) -> DeliveryView:
    """Send a message once more, from now on with all its attempts.

    One that failed keeps its key, so that nobody gets it twice if it went out after all. One that
    was sent is copied under a new key.
    """
    require(uow.actor, Permission.BOOKINGS_MANAGE_ANY)
    row = _found(uow, delivery_id, lock=True)
    if row.state not in {DeliveryState.FAILED, DeliveryState.SENT}:
        raise DeliveryUnderWay(
            "This message is still under way, and is tried again by itself. Look at it again"
            " after the time at which it is due.",
            due_at=row.due_at.isoformat(),
        )
    if row.state is DeliveryState.SENT:
        row = _copied(uow, row)
    else:
        row.state, row.attempts, row.due_at, row.error = DeliveryState.QUEUED, 0, uow.now, None
        uow.session.flush()
    audit.record(
        uow,
        "notifications.resend",
        subject_kind="delivery",
        subject_id=row.id,
        details={"template": row.template.value},
    )
    return DeliveryView.model_validate(row)


def _copied(uow: Uow, row: Delivery) -> Delivery:
    """The message under the next free key. The lock on the first one keeps the number ours."""
    number = repository.copies(uow.session, policy.key_of_copy(row.key, 0)[:-1]) + 2
    return Deliveries(uow.session).add(
        Delivery(
            id=new_id(),
            key=policy.key_of_copy(row.key, number),
            template=row.template,
            user_id=row.user_id,
            invite_id=row.invite_id,
            reference=row.reference,
            facts=row.facts,
            state=DeliveryState.QUEUED,
            attempts=0,
            created_at=uow.now,
            due_at=uow.now,
        )
    )


def _recipient(uow: Uow, row: Delivery) -> tuple[str, str]:
    """Whom a message is for as staff see it, and how it greets them."""
    if row.user_id is not None:
        person = accounts.cards(uow, [row.user_id])[row.user_id]
        return person.public_name, person.first_name
    known = onboarding.envelopes(uow, [row.invite_id] if row.invite_id else [])
    return next((masked_email(one.email) for one in known.values()), "nobody"), policy.STRANGER


def _found(uow: Uow, delivery_id: str, *, lock: bool = False) -> Delivery:
    query = repository.by_id(delivery_id)
    row = None
    if is_id(delivery_id):
        row = Deliveries(uow.session).one_or_none(query.with_for_update() if lock else query)
    if row is None:
        raise DeliveryNotFound(
            "There is no such message. List the messages to find its id.", delivery_id=delivery_id
        )
    return row


def _words(row: Delivery, first_name: str) -> Letter:
    try:
        return letter(read(row.template, row.facts), first_name=first_name)
    except MessageUnreadable as refusal:
        return Letter(subject=refusal.message, text="", html="")
