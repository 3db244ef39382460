"""Which refunds that staff ordered are done."""

from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.service.lesson import Lesson
from instainstru_core.kernel.uow import Uow


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
