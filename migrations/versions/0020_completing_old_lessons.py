"""Let lessons that were booked before there were payments be completed like all others.

Revision: 0020. Their money was settled when it was taken along, so that nothing looked at them
again: confirmed ones stayed confirmed for ever.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LOOK_AT_THEM = """
UPDATE lesson_money SET due_at = bookings.ends_at + interval '24 hours', due_kind = 'capture'
FROM bookings
WHERE bookings.id = lesson_money.booking_id AND bookings.status = 'CONFIRMED'
    AND lesson_money.outcome = 'before_payments'
"""
LEAVE_THEM = """
UPDATE lesson_money SET due_at = NULL, due_kind = NULL WHERE outcome = 'before_payments'
"""


def upgrade() -> None:
    op.execute(LOOK_AT_THEM)


def downgrade() -> None:
    op.execute(LEAVE_THEM)
