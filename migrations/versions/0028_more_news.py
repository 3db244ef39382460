"""Tell what a report led to, why somebody cannot book, and what keeps an instructor from being paid.

Revision: 0028.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
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
    "address_proof",
    "debt_opened",
)
NEW = ("no_show_resolved", "account_restricted", "payout_failed", "payee_blocked")


def upgrade() -> None:
    _only((*TEMPLATES_BEFORE, *NEW))


def downgrade() -> None:
    """Take it back. Messages that the tables of before cannot hold are lost."""
    op.execute(f"DELETE FROM deliveries WHERE template IN ({_listed(NEW)})")
    _only(TEMPLATES_BEFORE)


def _only(values: tuple[str, ...]) -> None:
    """Let messages be of these kinds and no others."""
    name = op.f("ck_deliveries_template")
    op.drop_constraint(name, "deliveries", type_="check")
    op.create_check_constraint(name, "deliveries", f"template IN ({_listed(values)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
