"""When an open dispute is asked about, how far lists were read, and refunds settled another way.

Disputes that are open now are due to be asked about at once, and refunds that staff ordered and
that were made are written down as done. A refund that the provider refuses may
become credit, or end because the bank gave the money back; both are told to the student.

Revision: 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SOURCES_BEFORE = (
    "cancellation",
    "milestone_5",
    "milestone_11",
    "referral",
    "top_up",
    "adjustment",
    "reinstatement",
)
SOURCES = (*SOURCES_BEFORE, "refund")
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
    "payout_sent",
    "instructor_invite",
    "review_published",
)
TEMPLATES = (*TEMPLATES_BEFORE, "refund_settled")
WAYS = ("credit", "bank")

NOTE_DONE_ORDERS = """
UPDATE admin_refunds SET done_at = coalesce(
    (SELECT max(refunds.refunded_at) FROM refunds WHERE refunds.charge_id = lesson_money.charge_id),
    admin_refunds.ordered_at)
FROM lesson_money
WHERE lesson_money.chain_id = admin_refunds.chain_id AND admin_refunds.done_at IS NULL
    AND lesson_money.refunded_cents >= lesson_money.refund_due_cents
"""
ASK_AT_ONCE = "UPDATE chargebacks SET ask_at = now() WHERE state = 'open'"


def upgrade() -> None:
    """Write what is new."""
    for name in ("evidence_due_at", "heard_at", "ask_at"):
        op.add_column("chargebacks", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(ASK_AT_ONCE)
    op.execute(NOTE_DONE_ORDERS)
    op.create_index(
        "ix_chargebacks_ask",
        "chargebacks",
        ["ask_at", "id"],
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )
    op.create_table(
        "provider_looks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("looked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_provider_looks")),
    )
    op.add_column(
        "lesson_money",
        sa.Column("refund_settled_cents", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_lesson_money_settled_refunds"), "lesson_money", "refund_settled_cents >= 0"
    )
    _create_settlements()
    _allow("credit_lots", "creditsource", "source", SOURCES)
    _allow("deliveries", "template", "template", TEMPLATES)


def downgrade() -> None:
    """Take it back. Messages that the tables of before cannot hold are lost.

    Credit that came of a refund stays credit, as if staff had given it.
    """
    op.execute("DELETE FROM deliveries WHERE template = 'refund_settled'")
    op.execute("UPDATE credit_lots SET source = 'adjustment' WHERE source = 'refund'")
    _allow("deliveries", "template", "template", TEMPLATES_BEFORE)
    _allow("credit_lots", "creditsource", "source", SOURCES_BEFORE)
    op.drop_table("refund_settlements")
    op.drop_constraint(op.f("ck_lesson_money_settled_refunds"), "lesson_money")
    op.drop_column("lesson_money", "refund_settled_cents")
    op.drop_table("provider_looks")
    op.drop_index("ix_chargebacks_ask", table_name="chargebacks")
    for name in ("ask_at", "heard_at", "evidence_due_at"):
        op.drop_column("chargebacks", name)


def _create_settlements() -> None:
    op.create_table(
        "refund_settlements",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("chain_id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column(
            "way",
            sa.Enum(*WAYS, name="refundway", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("credit_cents", sa.Integer(), nullable=False),
        sa.Column("bank_cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "credit_cents >= 0 AND bank_cents >= 0 AND credit_cents + bank_cents > 0",
            name=op.f("ck_refund_settlements_something"),
        ),
        sa.ForeignKeyConstraint(
            ["chain_id"],
            ["lesson_money.chain_id"],
            name=op.f("fk_refund_settlements_chain_id_lesson_money"),
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["bookings.id"],
            name=op.f("fk_refund_settlements_booking_id_bookings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_settlements")),
    )
    op.create_index("ix_refund_settlements_chain", "refund_settlements", ["chain_id", "id"])


def _allow(table: str, kind: str, column: str, values: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f(f"ck_{table}_{kind}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{kind}"), table, f"{column} IN ({listed})")
