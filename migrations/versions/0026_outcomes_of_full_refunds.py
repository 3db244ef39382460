"""Let lessons whose whole charge staff gave back after they were settled say so.

Revision: 0026. They kept the outcome that they were settled with, so that a lesson of which nothing
was left was told as charged in full.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SAY_SO = """
UPDATE lesson_money SET outcome = 'admin_refund'
WHERE settled_at IS NOT NULL AND captured_cents > 0 AND refund_due_cents > 0
    AND refund_due_cents + charged_back_cents >= captured_cents AND NOT is_disputed
    AND outcome <> 'student_wins_dispute_full_refund'
    AND EXISTS (SELECT FROM admin_refunds WHERE admin_refunds.chain_id = lesson_money.chain_id)
"""


def upgrade() -> None:
    op.execute(SAY_SO)


def downgrade() -> None:
    """What they were settled with before is in their journals; nothing reads it from here."""
