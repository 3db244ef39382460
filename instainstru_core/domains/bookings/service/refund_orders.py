"""Which refunds that staff ordered are done, and why a lesson stops whose refund is not."""

from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.service.lesson import Lesson
from instainstru_core.domains.payments.types import Action
from instainstru_core.kernel.uow import Uow

REFUSED = f"{Action.REFUND}_refused"
"""Why a lesson stopped whose refund the provider refuses, or could not bring to the card."""


def close_orders(uow: Uow, lesson: Lesson) -> None:
    """Note which refunds that staff ordered are done: what was given covers the oldest first."""
    row = lesson.money
    orders = repository.orders(uow.session, row.chain_id)
    covered = row.refunded_cents + row.refund_settled_cents
    total = row.refund_due_cents - sum(order.cents for order in orders)
    for order in orders:
        total += order.cents
        if total <= covered and order.done_at is None:
            order.done_at = uow.now


def open_orders(uow: Uow, lesson: Lesson) -> None:
    """Less was given than we knew: the latest orders that it no longer covers are not done."""
    row = lesson.money
    missing = row.refund_due_cents - row.refunded_cents - row.refund_settled_cents
    for order in reversed(repository.orders(uow.session, row.chain_id)):
        if missing <= 0:
            return
        missing -= order.cents
        order.done_at = None
