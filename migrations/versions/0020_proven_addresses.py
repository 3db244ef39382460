"""Since when it is known that an address belongs to whoever has the account.

Revision: 0020. An instructor's address was proven by the invite that only its owner was sent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEMPLATES_BEFORE = (
    "booking_confirmed",
    "hold_failed",
    "final_warning",
    "booking_dropped_student",
    "booking_dropped_instructor",
    "booking_cancelled",
    "booking_rescheduled",
    "capture_failed",
    "account_locked",
    "no_show_reported",
    "refunded",
    "refund_settled",
    "payout_sent",
    "instructor_invite",
    "review_published",
)
TEMPLATES = (*TEMPLATES_BEFORE, "address_proof")


def upgrade() -> None:
    """Write what is new, and what invites that were used have proven."""
    op.add_column("users", sa.Column("email_proven_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE users SET email_proven_at = invites.used_at FROM invites"
        " WHERE invites.used_by = users.id AND lower(users.email) = invites.email"
    )
    _only_templates(TEMPLATES)


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM deliveries WHERE template = 'address_proof'")
    _only_templates(TEMPLATES_BEFORE)
    op.drop_column("users", "email_proven_at")


def _only_templates(values: tuple[str, ...]) -> None:
    name = op.f("ck_deliveries_template")
    op.drop_constraint(name, "deliveries", type_="check")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, "deliveries", f"template IN ({listed})")
