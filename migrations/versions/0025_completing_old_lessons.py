"""Let lessons that were booked before there were payments be completed like all others, and call
no booking locked whose lesson is settled.

Revision: 0025. The money of the first was settled when it was taken along, so that nothing looked
at them again: confirmed ones stayed confirmed for ever. A booking that was moved late was not told
when the lesson that took its place was settled.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

LOOK_AT_THEM = """
UPDATE lesson_money SET due_at = bookings.ends_at + interval '24 hours', due_kind = 'capture'
FROM bookings
WHERE bookings.id = lesson_money.booking_id AND bookings.status = 'CONFIRMED'
    AND lesson_money.outcome = 'before_payments'
"""
UNLOCK = """
UPDATE bookings SET payment_status = 'settled'
FROM lesson_money
WHERE lesson_money.chain_id = bookings.chain_id AND lesson_money.settled_at IS NOT NULL
    AND bookings.payment_status = 'locked' AND bookings.moved_to_id IS NOT NULL
"""
LEAVE_THEM = """
UPDATE lesson_money SET due_at = NULL, due_kind = NULL WHERE outcome = 'before_payments'
"""


def upgrade() -> None:
    op.execute(LOOK_AT_THEM)
    op.execute(UNLOCK)


def downgrade() -> None:
    op.execute(LEAVE_THEM)
