"""What students owe for bought credit is kept with it, so that it can be paid, and is told to them.

Revision: 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
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
)
NEW = "debt_opened"


def upgrade() -> None:
    """Write what is new. What is owed until now is what the ledger says: none of it was paid."""
    op.add_column(
        "credit_top_ups",
        sa.Column("debt_cents", sa.Integer(), server_default="0", nullable=False),
    )
    op.execute(
        "UPDATE credit_top_ups SET debt_cents = owed.cents FROM ("
        " SELECT journals.reference, sum(ledger_entries.cents) AS cents FROM ledger_entries"
        " JOIN journals ON journals.id = ledger_entries.journal_id"
        " WHERE ledger_entries.account = 'student_debt' AND journals.reference LIKE 'topup:%'"
        " GROUP BY journals.reference) AS owed"
        " WHERE owed.reference = 'topup:' || credit_top_ups.id AND owed.cents > 0"
    )
    op.create_check_constraint(
        op.f("ck_credit_top_ups_owes_or_not"), "credit_top_ups", "debt_cents >= 0"
    )
    op.create_index(
        "ix_credit_top_ups_debt",
        "credit_top_ups",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("debt_cents > 0"),
    )
    _only((*TEMPLATES_BEFORE, NEW))


def downgrade() -> None:
    """Take it back. Messages that the tables of before cannot hold are lost."""
    op.execute(f"DELETE FROM deliveries WHERE template = '{NEW}'")
    _only(TEMPLATES_BEFORE)
    op.drop_index(
        "ix_credit_top_ups_debt",
        table_name="credit_top_ups",
        postgresql_where=sa.text("debt_cents > 0"),
    )
    op.drop_constraint(op.f("ck_credit_top_ups_owes_or_not"), "credit_top_ups", type_="check")
    op.drop_column("credit_top_ups", "debt_cents")


def _only(values: tuple[str, ...]) -> None:
    """Let messages be of these kinds and no others."""
    name = op.f("ck_deliveries_template")
    op.drop_constraint(name, "deliveries", type_="check")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, "deliveries", f"template IN ({listed})")
