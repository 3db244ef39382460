"""Onboarding: invites by mail, all steps on the way to going live, background checks.

Revision: 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MILESTONES_BEFORE = (
    "registered",
    "profile_submitted",
    "services_configured",
    "went_live",
    "paused",
    "resumed",
)
MILESTONES = (
    "registered",
    "profile_submitted",
    "services_configured",
    "bgc_initiated",
    "bgc_completed",
    "identity_verified",
    "went_live",
    "paused",
    "reactivated",
    "deactivated",
)
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
)
TEMPLATES = (*TEMPLATES_BEFORE, "instructor_invite")
STATUSES = (
    "invited",
    "pending",
    "suspended",
    "clear",
    "consider",
    "disputed",
    "failed",
    "canceled",
    "expired",
)
OPEN = sa.text("status IN ('invited', 'pending', 'suspended')")
ONCE = sa.text("milestone NOT IN ('paused', 'reactivated', 'deactivated')")


def upgrade() -> None:
    """Write what is new."""
    _only("lifecycle_events", "milestone", MILESTONES, "milestone", {"resumed": "reactivated"})
    op.execute(
        "DELETE FROM lifecycle_events later USING lifecycle_events earlier"
        " WHERE later.instructor_id = earlier.instructor_id"
        " AND later.milestone = earlier.milestone"
        " AND later.milestone NOT IN ('paused', 'reactivated', 'deactivated')"
        " AND (later.occurred_at, later.id) > (earlier.occurred_at, earlier.id)"
    )
    op.create_index(
        "uq_lifecycle_events_once",
        "lifecycle_events",
        ["instructor_id", "milestone"],
        unique=True,
        postgresql_where=ONCE,
    )
    op.create_index(
        "ix_lifecycle_events_milestone", "lifecycle_events", ["milestone", "occurred_at"]
    )
    op.add_column("instructors", sa.Column("deactivated_at", sa.DateTime(timezone=True)))
    _invites()
    _deliveries()
    _background_checks()


def _invites() -> None:
    op.create_table(
        "invite_batches",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("message_note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invite_batches")),
    )
    op.add_column("invites", sa.Column("batch_id", sa.String(length=26), nullable=True))
    op.add_column("invites", sa.Column("sends", sa.Integer(), server_default="0", nullable=False))
    op.create_foreign_key(
        op.f("fk_invites_batch_id_invite_batches"),
        "invites",
        "invite_batches",
        ["batch_id"],
        ["id"],
    )
    op.create_index(
        "ix_invites_batch",
        "invites",
        ["batch_id", "id"],
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )


def _deliveries() -> None:
    _only("deliveries", "template", TEMPLATES, "template", {})
    op.alter_column("deliveries", "user_id", nullable=True)
    op.add_column("deliveries", sa.Column("invite_id", sa.String(length=26), nullable=True))
    op.create_foreign_key(
        op.f("fk_deliveries_invite_id_invites"),
        "deliveries",
        "invites",
        ["invite_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(op.f("ix_deliveries_invite_id"), "deliveries", ["invite_id"])
    op.create_check_constraint(
        op.f("ck_deliveries_one_recipient"), "deliveries", "num_nonnulls(user_id, invite_id) = 1"
    )


def _background_checks() -> None:
    op.create_table(
        "background_checks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("candidate_id", sa.Text(), nullable=False),
        sa.Column("invitation_id", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                *STATUSES,
                name="checkstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invitation_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'clear' OR valid_until IS NOT NULL",
            name=op.f("ck_background_checks_clear_for_a_time"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_background_checks_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_checks")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_background_checks_invitation_id")),
        sa.UniqueConstraint("report_id", name=op.f("uq_background_checks_report_id")),
    )
    op.create_index("ix_background_checks_user", "background_checks", ["user_id", "id"])
    op.create_index(
        op.f("ix_background_checks_candidate_id"), "background_checks", ["candidate_id"]
    )
    op.create_index(
        "uq_background_checks_open",
        "background_checks",
        ["user_id"],
        unique=True,
        postgresql_where=OPEN,
    )


def _only(
    table: str, column: str, values: tuple[str, ...], name: str, renamed: dict[str, str]
) -> None:
    """Let a column hold these values and no others."""
    constraint = f"ck_{table}_{name}"
    op.drop_constraint(op.f(constraint), table, type_="check")
    for before, after in renamed.items():
        op.execute(f"UPDATE {table} SET {column} = '{after}' WHERE {column} = '{before}'")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(op.f(constraint), table, f"{column} IN ({listed})")


def downgrade() -> None:
    """Take it back."""
    op.drop_table("background_checks")
    op.execute("DELETE FROM deliveries WHERE user_id IS NULL OR template = 'instructor_invite'")
    op.drop_constraint(op.f("ck_deliveries_one_recipient"), "deliveries", type_="check")
    op.drop_index(op.f("ix_deliveries_invite_id"), table_name="deliveries")
    op.drop_column("deliveries", "invite_id")
    op.alter_column("deliveries", "user_id", nullable=False)
    _only("deliveries", "template", TEMPLATES_BEFORE, "template", {})
    op.drop_index(
        "ix_invites_batch",
        table_name="invites",
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.drop_column("invites", "sends")
    op.drop_column("invites", "batch_id")
    op.drop_table("invite_batches")
    op.drop_column("instructors", "deactivated_at")
    op.drop_index("ix_lifecycle_events_milestone", table_name="lifecycle_events")
    op.drop_index("uq_lifecycle_events_once", table_name="lifecycle_events", postgresql_where=ONCE)
    op.execute(
        "DELETE FROM lifecycle_events WHERE milestone IN"
        " ('bgc_initiated', 'bgc_completed', 'identity_verified', 'deactivated')"
    )
    _only(
        "lifecycle_events",
        "milestone",
        MILESTONES_BEFORE,
        "milestone",
        {"reactivated": "resumed"},
    )
