"""Money: ledger, payments, credits, webhooks, messages, and the money of lessons.

Revision: 0002. Bookings that were made before are taken along: what is over or about to begin is
settled without money, what lies ahead needs a card.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATUSES_BEFORE = "'none'"
STATUSES = (
    "'none', 'scheduled', 'authorized', 'payment_method_required', 'locked', 'settled',"
    " 'manual_review'"
)

REFUSE_UNBALANCED = """
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unbalanced text;
BEGIN
    SELECT journal_id INTO unbalanced FROM ledger_entries
    WHERE journal_id IN (SELECT journal_id FROM written)
    GROUP BY journal_id HAVING sum(cents) <> 0 LIMIT 1;
    IF unbalanced IS NOT NULL THEN
        RAISE EXCEPTION 'journal % does not balance', unbalanced USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
"""

GUARD_BALANCE = """
CREATE TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced()
"""

GUARDS = (
    """
CREATE TRIGGER bookings_plan_written_once BEFORE UPDATE ON bookings
FOR EACH ROW WHEN (
    OLD.card_cents IS NOT NULL
    AND (OLD.credit_cents, OLD.card_cents) IS DISTINCT FROM (NEW.credit_cents, NEW.card_cents)
) EXECUTE FUNCTION refuse_changes()
""",
    """
CREATE TRIGGER journals_written_once BEFORE UPDATE OR DELETE ON journals
FOR EACH ROW EXECUTE FUNCTION refuse_changes()
""",
    """
CREATE TRIGGER ledger_entries_written_once BEFORE UPDATE OR DELETE ON ledger_entries
FOR EACH ROW EXECUTE FUNCTION refuse_changes()
""",
)

TAKE_ALONG_WHAT_IS_OVER = """
INSERT INTO lesson_money (
    chain_id, booking_id, student_id, instructor_id, credit_cents, card_cents, hold_failures,
    captured_cents, capture_failures, late_move_used, moves, ending, ended_at, outcome, settled_at,
    owed_cents, paid_cents, transfer_failures, refund_due_cents, refunded_cents, credit_back_cents,
    charged_back_cents, is_disputed, is_blocked, moving_takes_all
)
SELECT chain_id, id, student_id, instructor_id, 0, total_cents, 0, 0, 0, false, 0,
    CASE WHEN status = 'CANCELLED' THEN 'student_cancel_unpaid' ELSE 'lesson_taken' END, now(),
    'before_payments', now(), 0, 0, 0, 0, 0, 0, 0, false, false, false
FROM bookings
WHERE status <> 'CONFIRMED' OR starts_at < now() + interval '24 hours'
"""

TAKE_ALONG_WHAT_LIES_AHEAD = """
INSERT INTO lesson_money (
    chain_id, booking_id, student_id, instructor_id, credit_cents, card_cents, hold_due_at,
    hold_failures, captured_cents, capture_failures, late_move_used, moves, owed_cents, paid_cents,
    transfer_failures, refund_due_cents, refunded_cents, credit_back_cents, charged_back_cents,
    is_disputed, is_blocked, moving_takes_all, due_at, due_kind
)
SELECT chain_id, id, student_id, instructor_id, 0, total_cents, starts_at - interval '24 hours',
    0, 0, 0, false, 0, 0, 0, 0, 0, 0, 0, 0, false, false, false, starts_at - interval '24 hours', 'hold'
FROM bookings
WHERE status = 'CONFIRMED' AND starts_at >= now() + interval '24 hours'
"""

MARK_BOOKINGS = """
UPDATE bookings SET payment_status = CASE
    WHEN status = 'CONFIRMED' AND starts_at >= now() + interval '24 hours'
    THEN 'payment_method_required' ELSE 'settled' END
"""


def upgrade() -> None:
    op.create_table(
        "balance_lines",
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("net_cents", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_balance_lines")),
    )
    op.create_index("ix_balance_lines_at", "balance_lines", ["at", "vendor_id"], unique=False)
    op.create_index(
        op.f("ix_balance_lines_source_id"), "balance_lines", ["source_id"], unique=False
    )
    op.create_table(
        "journals",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journals")),
        sa.UniqueConstraint("key", name=op.f("uq_journals_key")),
    )
    op.create_index("ix_journals_occurred", "journals", ["occurred_at", "id"], unique=False)
    op.create_index("ix_journals_reference", "journals", ["reference", "id"], unique=False)
    op.create_table(
        "payment_commands",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "authorize",
                "charge",
                "capture",
                "void",
                "refund",
                "transfer",
                "reverse",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("part", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "sent",
                "confirmed",
                "failed",
                name="commandstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('confirmed', 'failed')) = (finished_at IS NOT NULL)",
            name=op.f("ck_payment_commands_finished_or_not"),
        ),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_payment_commands_attempt_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_commands")),
        sa.UniqueConstraint(
            "reference", "action", "part", "attempt", name="uq_payment_commands_attempt"
        ),
    )
    op.create_index(
        "ix_payment_commands_due",
        "payment_commands",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('requested', 'sent')"),
    )
    op.create_index(
        "uq_payment_commands_open",
        "payment_commands",
        ["reference"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested', 'sent')"),
    )
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ledger_cents", sa.Integer(), nullable=False),
        sa.Column("vendor_cents", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("differences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "processing",
                "processed",
                "failed",
                "dead_letter",
                name="webhookstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("losses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_ignored", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("replays", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("source", "event_id", name="uq_webhook_events_source_event"),
    )
    op.create_index(
        "ix_webhook_events_dead",
        "webhook_events",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'dead_letter'"),
    )
    op.create_index(
        "ix_webhook_events_due",
        "webhook_events",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('received', 'processing', 'failed')"),
    )
    op.create_index(
        "ix_webhook_events_received", "webhook_events", ["received_at", "id"], unique=False
    )
    op.create_table(
        "charges",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "lesson",
                "tip",
                "top_up",
                "debt",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("student_id", sa.String(length=26), nullable=False),
        sa.Column("intent_id", sa.Text(), nullable=False),
        sa.Column("vendor_charge_id", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "captured",
                "voided",
                "expired",
                name="chargestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("captured_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refunded_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fee_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("authorized_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capture_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "amount_cents > 0 AND captured_cents BETWEEN 0 AND amount_cents AND refunded_cents BETWEEN 0 AND captured_cents",
            name=op.f("ck_charges_amounts_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_charges_student_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_charges_intent_id")),
        sa.UniqueConstraint("vendor_charge_id", name=op.f("uq_charges_vendor_charge_id")),
    )
    op.create_index("ix_charges_captured", "charges", ["captured_at", "id"], unique=False)
    op.create_index("ix_charges_reference", "charges", ["reference", "id"], unique=False)
    op.create_index("ix_charges_student", "charges", ["student_id", "id"], unique=False)
    op.create_table(
        "credit_lots",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "cancellation",
                "milestone_5",
                "milestone_11",
                "referral",
                "top_up",
                "adjustment",
                "reinstatement",
                name="creditsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("issued_cents", sa.Integer(), nullable=False),
        sa.Column("available_cents", sa.Integer(), nullable=False),
        sa.Column("reserved_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("consumed_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expired_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revoked_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("forfeited_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "issued_cents = available_cents + reserved_cents + consumed_cents + expired_cents + revoked_cents + forfeited_cents",
            name=op.f("ck_credit_lots_adds_up"),
        ),
        sa.CheckConstraint(
            "issued_cents > 0 AND available_cents >= 0 AND reserved_cents >= 0 AND consumed_cents >= 0 AND expired_cents >= 0 AND revoked_cents >= 0 AND forfeited_cents >= 0 AND claimed_cents BETWEEN 0 AND issued_cents",
            name=op.f("ck_credit_lots_no_less_than_nothing"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_credit_lots_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_lots")),
        sa.UniqueConstraint("key", name=op.f("uq_credit_lots_key")),
    )
    op.create_index(
        "ix_credit_lots_expiring",
        "credit_lots",
        ["expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("available_cents > 0"),
    )
    op.create_index("ix_credit_lots_reference", "credit_lots", ["reference"], unique=False)
    op.create_index(
        "ix_credit_lots_wallet",
        "credit_lots",
        ["user_id", "expires_at", "issued_at", "id"],
        unique=False,
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "template",
            sa.Enum(
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
                name="template",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "failed",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vendor_id", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_deliveries_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    op.create_index("ix_deliveries_created", "deliveries", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.create_index("ix_deliveries_reference", "deliveries", ["reference"], unique=False)
    op.create_index(op.f("ix_deliveries_user_id"), "deliveries", ["user_id"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("journal_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "account",
            sa.Enum(
                "stripe_clearing",
                "student_debt",
                "debt_allowance",
                "held",
                "instructor_payable",
                "credits_liability",
                "tips_payable",
                "platform_revenue",
                "breakage",
                "credit_expense",
                "stripe_fees",
                "dispute_losses",
                "escalation_losses",
                name="accountkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Text(), server_default="", nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cents <> 0", name=op.f("ck_ledger_entries_not_nothing")),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journals.id"], name=op.f("fk_ledger_entries_journal_id_journals")
        ),
        sa.PrimaryKeyConstraint("journal_id", "position", name=op.f("pk_ledger_entries")),
    )
    op.create_index(
        "ix_ledger_entries_account",
        "ledger_entries",
        ["account", "owner_id", "journal_id"],
        unique=False,
    )
    op.create_table(
        "payer_standings",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_for", sa.Text(), nullable=True),
        sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restricted_for", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_payer_standings_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_payer_standings")),
    )
    op.create_table(
        "payment_customers",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_payment_customers_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_payment_customers")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_payment_customers_vendor_id")),
    )
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("exp_month", sa.Integer(), nullable=False),
        sa.Column("exp_year", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detached_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_payment_methods_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_methods")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_payment_methods_vendor_id")),
    )
    op.create_index("ix_payment_methods_user", "payment_methods", ["user_id", "id"], unique=False)
    op.create_index(
        "uq_payment_methods_default",
        "payment_methods",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("is_default AND detached_at IS NULL"),
    )
    op.create_table(
        "chargebacks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "won",
                "lost",
                name="disputestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("withdrawn_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fee_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk_chargebacks_charge_id_charges")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chargebacks")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_chargebacks_vendor_id")),
    )
    op.create_index(op.f("ix_chargebacks_charge_id"), "chargebacks", ["charge_id"], unique=False)
    op.create_index("ix_chargebacks_reference", "chargebacks", ["reference"], unique=False)
    op.create_table(
        "connect_accounts",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("charges_enabled", sa.Boolean(), nullable=False),
        sa.Column("payouts_enabled", sa.Boolean(), nullable=False),
        sa.Column("details_submitted", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("schedule_applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("onboarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_connect_accounts_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instructor_id", name=op.f("pk_connect_accounts")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_connect_accounts_vendor_id")),
    )
    op.create_table(
        "credit_reservations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved",
                "consumed",
                "released",
                "expired",
                "forfeited",
                name="reservationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reinstated_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cents > 0 AND reinstated_cents BETWEEN 0 AND cents AND (reinstated_cents = 0 OR state IN ('consumed', 'forfeited'))",
            name=op.f("ck_credit_reservations_something"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["credit_lots.id"], name=op.f("fk_credit_reservations_lot_id_credit_lots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_reservations")),
    )
    op.create_index(
        op.f("ix_credit_reservations_lot_id"), "credit_reservations", ["lot_id"], unique=False
    )
    op.create_index(
        "ix_credit_reservations_reference",
        "credit_reservations",
        ["reference", "state"],
        unique=False,
    )
    op.create_table(
        "credit_top_ups",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("payment_method_id", sa.String(length=26), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_method_id"],
            ["payment_methods.id"],
            name=op.f("fk_credit_top_ups_payment_method_id_payment_methods"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_credit_top_ups_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_top_ups")),
    )
    op.create_index(op.f("ix_credit_top_ups_user_id"), "credit_top_ups", ["user_id"], unique=False)
    op.create_table(
        "identity_checks",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requires_input",
                "processing",
                "verified",
                "canceled",
                name="identitystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_identity_checks_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instructor_id", name=op.f("pk_identity_checks")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_identity_checks_vendor_id")),
    )
    op.create_table(
        "payouts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "in_transit",
                "paid",
                "failed",
                "canceled",
                name="payoutstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_instant", sa.Boolean(), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_payouts_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_payouts_vendor_id")),
    )
    op.create_index("ix_payouts_instructor", "payouts", ["instructor_id", "id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("charge_id", sa.String(length=26), nullable=False),
        sa.Column("command_id", sa.String(length=26), nullable=True),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cents > 0", name=op.f("ck_refunds_something")),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk_refunds_charge_id_charges")
        ),
        sa.ForeignKeyConstraint(
            ["command_id"],
            ["payment_commands.id"],
            name=op.f("fk_refunds_command_id_payment_commands"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("command_id", name=op.f("uq_refunds_command_id")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_refunds_vendor_id")),
    )
    op.create_index(op.f("ix_refunds_charge_id"), "refunds", ["charge_id"], unique=False)
    op.create_table(
        "transfers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "lesson",
                "tip",
                "top_up",
                "debt",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("command_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.String(length=26), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reversed_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("transferred_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cents > 0 AND reversed_cents BETWEEN 0 AND cents",
            name=op.f("ck_transfers_amounts_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk_transfers_charge_id_charges")
        ),
        sa.ForeignKeyConstraint(
            ["command_id"],
            ["payment_commands.id"],
            name=op.f("fk_transfers_command_id_payment_commands"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_transfers_instructor_id_instructors"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("command_id", name=op.f("uq_transfers_command_id")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_transfers_vendor_id")),
    )
    op.create_index(
        "ix_transfers_instructor",
        "transfers",
        ["instructor_id", "transferred_at", "id"],
        unique=False,
    )
    op.create_index("ix_transfers_reference", "transfers", ["reference", "id"], unique=False)
    op.create_table(
        "instant_payouts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("payout_id", sa.String(length=26), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cents > 0", name=op.f("ck_instant_payouts_something")),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_instant_payouts_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"],
            ["payouts.id"],
            name=op.f("fk_instant_payouts_payout_id_payouts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instant_payouts")),
        sa.UniqueConstraint("instructor_id", "key", name="uq_instant_payouts_key"),
    )
    op.create_table(
        "booking_notes",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum(
                "internal",
                "shared",
                "shared_with_instructor",
                "shared_with_student",
                name="notevisibility",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.Enum(
                "general",
                "cancellation",
                "dispute",
                "payment",
                "support_interaction",
                "fraud_flag",
                "quality_issue",
                name="notecategory",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_booking_notes_booking_id_bookings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_notes")),
    )
    op.create_index("ix_booking_notes_booking", "booking_notes", ["booking_id", "id"], unique=False)
    op.create_table(
        "lesson_money",
        sa.Column("chain_id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("student_id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payment_method_id", sa.String(length=26), nullable=True),
        sa.Column("credit_cents", sa.Integer(), nullable=False),
        sa.Column("card_cents", sa.Integer(), nullable=False),
        sa.Column("checkout_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_failures", sa.Integer(), nullable=False),
        sa.Column("hold_first_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_failure", sa.Text(), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("charge_id", sa.String(length=26), nullable=True),
        sa.Column("stale_charge_id", sa.String(length=26), nullable=True),
        sa.Column("authorized_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capture_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("captured_cents", sa.Integer(), nullable=False),
        sa.Column("capture_failures", sa.Integer(), nullable=False),
        sa.Column("capture_first_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capture_last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capture_failure", sa.Text(), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_move_used", sa.Boolean(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("moving_to_id", sa.String(length=26), nullable=True),
        sa.Column("moving_takes_all", sa.Boolean(), nullable=False),
        sa.Column("moving_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ending",
            sa.Enum(
                "lesson_taken",
                "student_cancel_early",
                "student_cancel_middle",
                "student_cancel_late",
                "student_cancel_unpaid",
                "instructor_cancel",
                "admin_cancel_refund",
                "admin_cancel_keep",
                "instructor_no_show",
                "student_no_show",
                "mutual_no_show",
                "dispute_upheld",
                "payment_failed",
                "charged_back",
                name="ending",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "lesson_completed_full_payout",
                "student_cancel_gt24_no_charge",
                "student_cancel_12_24_full_credit",
                "student_cancel_lt12_split_50_50",
                "locked_cancel_ge12_full_credit",
                "locked_cancel_lt12_split_50_50",
                "instructor_cancel_full_refund",
                "instructor_no_show_full_refund",
                "mutual_no_show_full_refund",
                "student_no_show_full_payout",
                "student_wins_dispute_full_refund",
                "dispute_won",
                "capture_failure_instructor_paid",
                "capture_failure_escalated",
                "payment_failed_no_charge",
                "admin_refund",
                "admin_no_refund",
                "before_payments",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owed_cents", sa.Integer(), nullable=False),
        sa.Column("paid_cents", sa.Integer(), nullable=False),
        sa.Column("transfer_failures", sa.Integer(), nullable=False),
        sa.Column("transfer_last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_due_cents", sa.Integer(), nullable=False),
        sa.Column("refunded_cents", sa.Integer(), nullable=False),
        sa.Column("credit_back_cents", sa.Integer(), nullable=False),
        sa.Column("charged_back_cents", sa.Integer(), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("debt_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.Column("review_reason", sa.Text(), nullable=True),
        sa.Column("review_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "due_kind",
            sa.Enum(
                "checkout",
                "hold",
                "hold_retry",
                "hold_expiry",
                "capture",
                "capture_retry",
                "no_show",
                "money",
                name="duekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(ending IS NULL) = (ended_at IS NULL)", name=op.f("ck_lesson_money_ended_whole_or_not")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_at IS NULL)",
            name=op.f("ck_lesson_money_settled_whole_or_not"),
        ),
        sa.CheckConstraint(
            "credit_cents >= 0 AND card_cents >= 0 AND captured_cents >= 0 AND refunded_cents >= 0 AND refund_due_cents >= 0 AND owed_cents >= 0",
            name=op.f("ck_lesson_money_no_less_than_nothing"),
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_lesson_money_booking_id_bookings")
        ),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk_lesson_money_charge_id_charges")
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_lesson_money_instructor_id_instructors"),
        ),
        sa.ForeignKeyConstraint(
            ["moving_to_id"], ["bookings.id"], name=op.f("fk_lesson_money_moving_to_id_bookings")
        ),
        sa.ForeignKeyConstraint(
            ["payment_method_id"],
            ["payment_methods.id"],
            name=op.f("fk_lesson_money_payment_method_id_payment_methods"),
        ),
        sa.ForeignKeyConstraint(
            ["stale_charge_id"],
            ["charges.id"],
            name=op.f("fk_lesson_money_stale_charge_id_charges"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_lesson_money_student_id_users")
        ),
        sa.PrimaryKeyConstraint("chain_id", name=op.f("pk_lesson_money")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_lesson_money_booking_id")),
    )
    op.create_index(
        "ix_lesson_money_debt",
        "lesson_money",
        ["student_id"],
        unique=False,
        postgresql_where=sa.text("debt_cents > 0"),
    )
    op.create_index(
        "ix_lesson_money_due",
        "lesson_money",
        ["due_kind", "due_at", "chain_id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_lesson_money_review",
        "lesson_money",
        ["review_since"],
        unique=False,
        postgresql_where=sa.text("review_since IS NOT NULL"),
    )
    op.create_table(
        "no_show_reports",
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column(
            "absent",
            sa.Enum(
                "instructor",
                "student",
                "mutual",
                name="absent",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reported_by",
            sa.Enum(
                "student",
                "instructor",
                "admin",
                "system",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reporter_id", sa.String(length=26), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status_before",
            sa.Enum(
                "PENDING",
                "CONFIRMED",
                "COMPLETED",
                "CANCELLED",
                "PAYMENT_FAILED",
                "NO_SHOW",
                name="bookingstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("disputed_by", sa.Text(), nullable=True),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispute_reason", sa.Text(), nullable=True),
        sa.Column(
            "resolution",
            sa.Enum(
                "confirmed_no_dispute",
                "confirmed_after_review",
                "dispute_upheld",
                "dismissed",
                "cancelled",
                name="noshowresolution",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(resolution IS NULL) = (resolved_at IS NULL)",
            name=op.f("ck_no_show_reports_resolved_whole_or_not"),
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_no_show_reports_booking_id_bookings")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["users.id"], name=op.f("fk_no_show_reports_reporter_id_users")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_no_show_reports")),
    )
    op.create_table(
        "tips",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("student_id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("payment_method_id", sa.String(length=26), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "charged",
                "succeeded",
                "failed",
                name="tipstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transferred_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cents > 0", name=op.f("ck_tips_something")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_tips_booking_id_bookings")
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructors.id"], name=op.f("fk_tips_instructor_id_instructors")
        ),
        sa.ForeignKeyConstraint(
            ["payment_method_id"],
            ["payment_methods.id"],
            name=op.f("fk_tips_payment_method_id_payment_methods"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_tips_student_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tips")),
    )
    op.create_index(op.f("ix_tips_booking_id"), "tips", ["booking_id"], unique=False)
    op.create_table(
        "admin_refunds",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("chain_id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "instructor_no_show",
                "dispute",
                "platform_error",
                "goodwill",
                "duplicate",
                "service_issue",
                "other",
                name="refundreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ordered_by", sa.Text(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cents > 0", name=op.f("ck_admin_refunds_something")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_admin_refunds_booking_id_bookings")
        ),
        sa.ForeignKeyConstraint(
            ["chain_id"],
            ["lesson_money.chain_id"],
            name=op.f("fk_admin_refunds_chain_id_lesson_money"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_refunds")),
    )
    op.create_index("ix_admin_refunds_chain", "admin_refunds", ["chain_id", "id"], unique=False)
    op.add_column("bookings", sa.Column("instructor_note", sa.Text(), nullable=True))
    op.add_column("bookings", sa.Column("credit_cents", sa.Integer(), nullable=True))
    op.add_column("bookings", sa.Column("card_cents", sa.Integer(), nullable=True))
    op.add_column("bookings", sa.Column("moved_from_id", sa.String(length=26), nullable=True))
    op.add_column("bookings", sa.Column("moved_to_id", sa.String(length=26), nullable=True))
    op.create_index("ix_bookings_chain", "bookings", ["chain_id", "id"], unique=False)
    op.create_foreign_key(
        op.f("fk_bookings_moved_from_id_bookings"),
        "bookings",
        "bookings",
        ["moved_from_id"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_bookings_moved_to_id_bookings"), "bookings", "bookings", ["moved_to_id"], ["id"]
    )
    for guard in (REFUSE_UNBALANCED, GUARD_BALANCE, *GUARDS):
        op.execute(guard)
    op.drop_constraint(op.f("ck_bookings_paymentstatus"), "bookings", type_="check")
    op.create_check_constraint(
        op.f("ck_bookings_paymentstatus"), "bookings", f"payment_status IN ({STATUSES})"
    )
    for statement in (TAKE_ALONG_WHAT_IS_OVER, TAKE_ALONG_WHAT_LIES_AHEAD, MARK_BOOKINGS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("UPDATE bookings SET payment_status = 'none'")
    op.drop_constraint(op.f("ck_bookings_paymentstatus"), "bookings", type_="check")
    op.create_check_constraint(
        op.f("ck_bookings_paymentstatus"), "bookings", f"payment_status IN ({STATUSES_BEFORE})"
    )
    op.execute("DROP TRIGGER bookings_plan_written_once ON bookings")
    op.drop_constraint(op.f("fk_bookings_moved_to_id_bookings"), "bookings", type_="foreignkey")
    op.drop_constraint(op.f("fk_bookings_moved_from_id_bookings"), "bookings", type_="foreignkey")
    op.drop_index("ix_bookings_chain", table_name="bookings")
    op.drop_column("bookings", "moved_to_id")
    op.drop_column("bookings", "moved_from_id")
    op.drop_column("bookings", "card_cents")
    op.drop_column("bookings", "credit_cents")
    op.drop_column("bookings", "instructor_note")
    op.drop_index("ix_admin_refunds_chain", table_name="admin_refunds")
    op.drop_table("admin_refunds")
    op.drop_index(op.f("ix_tips_booking_id"), table_name="tips")
    op.drop_table("tips")
    op.drop_table("no_show_reports")
    op.drop_index(
        "ix_lesson_money_review",
        table_name="lesson_money",
        postgresql_where=sa.text("review_since IS NOT NULL"),
    )
    op.drop_index(
        "ix_lesson_money_due",
        table_name="lesson_money",
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_lesson_money_debt",
        table_name="lesson_money",
        postgresql_where=sa.text("debt_cents > 0"),
    )
    op.drop_table("lesson_money")
    op.drop_index("ix_booking_notes_booking", table_name="booking_notes")
    op.drop_table("booking_notes")
    op.drop_table("instant_payouts")
    op.drop_index("ix_transfers_reference", table_name="transfers")
    op.drop_index("ix_transfers_instructor", table_name="transfers")
    op.drop_table("transfers")
    op.drop_index(op.f("ix_refunds_charge_id"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_index("ix_payouts_instructor", table_name="payouts")
    op.drop_table("payouts")
    op.drop_table("identity_checks")
    op.drop_index(op.f("ix_credit_top_ups_user_id"), table_name="credit_top_ups")
    op.drop_table("credit_top_ups")
    op.drop_index("ix_credit_reservations_reference", table_name="credit_reservations")
    op.drop_index(op.f("ix_credit_reservations_lot_id"), table_name="credit_reservations")
    op.drop_table("credit_reservations")
    op.drop_table("connect_accounts")
    op.drop_index("ix_chargebacks_reference", table_name="chargebacks")
    op.drop_index(op.f("ix_chargebacks_charge_id"), table_name="chargebacks")
    op.drop_table("chargebacks")
    op.drop_index(
        "uq_payment_methods_default",
        table_name="payment_methods",
        postgresql_where=sa.text("is_default AND detached_at IS NULL"),
    )
    op.drop_index("ix_payment_methods_user", table_name="payment_methods")
    op.drop_table("payment_methods")
    op.drop_table("payment_customers")
    op.drop_table("payer_standings")
    op.drop_index("ix_ledger_entries_account", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index(op.f("ix_deliveries_user_id"), table_name="deliveries")
    op.drop_index("ix_deliveries_reference", table_name="deliveries")
    op.drop_index(
        "ix_deliveries_due",
        table_name="deliveries",
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.drop_index("ix_deliveries_created", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index("ix_credit_lots_wallet", table_name="credit_lots")
    op.drop_index("ix_credit_lots_reference", table_name="credit_lots")
    op.drop_index(
        "ix_credit_lots_expiring",
        table_name="credit_lots",
        postgresql_where=sa.text("available_cents > 0"),
    )
    op.drop_table("credit_lots")
    op.drop_index("ix_charges_student", table_name="charges")
    op.drop_index("ix_charges_reference", table_name="charges")
    op.drop_index("ix_charges_captured", table_name="charges")
    op.drop_table("charges")
    op.drop_index("ix_webhook_events_received", table_name="webhook_events")
    op.drop_index(
        "ix_webhook_events_due",
        table_name="webhook_events",
        postgresql_where=sa.text("state IN ('received', 'processing', 'failed')"),
    )
    op.drop_index(
        "ix_webhook_events_dead",
        table_name="webhook_events",
        postgresql_where=sa.text("state = 'dead_letter'"),
    )
    op.drop_table("webhook_events")
    op.drop_table("reconciliations")
    op.drop_index(
        "uq_payment_commands_open",
        table_name="payment_commands",
        postgresql_where=sa.text("state IN ('requested', 'sent')"),
    )
    op.drop_index(
        "ix_payment_commands_due",
        table_name="payment_commands",
        postgresql_where=sa.text("state IN ('requested', 'sent')"),
    )
    op.drop_table("payment_commands")
    op.drop_index("ix_journals_reference", table_name="journals")
    op.drop_index("ix_journals_occurred", table_name="journals")
    op.drop_table("journals")
    op.drop_index(op.f("ix_balance_lines_source_id"), table_name="balance_lines")
    op.drop_index("ix_balance_lines_at", table_name="balance_lines")
    op.drop_table("balance_lines")
    op.execute("DROP FUNCTION refuse_unbalanced()")
