"""Confirmations of the copilot's writes, codes of sign-ins to it, overrides of every permission.

Revision: 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PERMISSIONS_BEFORE = (
    "account:manage_own",
    "addresses:manage_own",
    "bookings:view_own",
    "bookings:create",
    "bookings:cancel_own",
    "instructors:manage_own",
    "availability:manage_own",
    "access:manage",
    "audit:read",
    "bookings:read_any",
    "bookings:cancel_any",
    "catalog:manage",
    "instructors:read_any",
    "instructors:manage_any",
    "invites:read",
    "invites:manage",
    "operations:read",
    "search_analytics:read",
    "users:read",
)
PERMISSIONS = (
    "account:manage_own",
    "addresses:manage_own",
    "bookings:view_own",
    "bookings:create",
    "bookings:cancel_own",
    "bookings:complete_own",
    "bookings:report_own",
    "bookings:reschedule_own",
    "instructors:manage_own",
    "availability:manage_own",
    "payments:manage_own",
    "payouts:manage_own",
    "access:manage",
    "audit:read",
    "bookings:read_any",
    "bookings:cancel_any",
    "bookings:manage_any",
    "catalog:manage",
    "credits:manage_any",
    "instructors:read_any",
    "instructors:manage_any",
    "invites:read",
    "invites:manage",
    "operations:manage",
    "operations:read",
    "payments:manage_any",
    "payments:read_any",
    "payments:refund_any",
    "search_analytics:read",
    "users:read",
    "webhooks:manage",
    "webhooks:read",
)


def upgrade() -> None:
    """Write what is new."""
    _allow(PERMISSIONS)
    op.create_table(
        "confirmations",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "anonymous",
                "user",
                "service",
                "system",
                name="actorkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state_version", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "executing",
                "done",
                "declined",
                name="confirmationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (result IS NOT NULL)",
            name=op.f("ck_confirmations_done_with_result"),
        ),
        sa.CheckConstraint(
            "state <> 'executing' OR lease_until IS NOT NULL", name=op.f("ck_confirmations_leased")
        ),
        sa.CheckConstraint("expires_at > proposed_at", name=op.f("ck_confirmations_expires_later")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
    )
    op.create_index(
        op.f("ix_confirmations_proposed_at"), "confirmations", ["proposed_at"], unique=False
    )
    op.create_table(
        "authorization_codes",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_authorization_codes")),
    )
    op.create_index(
        op.f("ix_authorization_codes_expires_at"),
        "authorization_codes",
        ["expires_at"],
        unique=False,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("authorization_codes")
    op.drop_table("confirmations")
    known = ", ".join(f"'{name}'" for name in PERMISSIONS_BEFORE)
    op.execute(f"DELETE FROM permission_overrides WHERE permission NOT IN ({known})")
    _allow(PERMISSIONS_BEFORE)


def _allow(permissions: tuple[str, ...]) -> None:
    name = op.f("ck_permission_overrides_permission")
    op.drop_constraint(name, "permission_overrides", type_="check")
    known = ", ".join(f"'{permission}'" for permission in permissions)
    op.create_check_constraint(name, "permission_overrides", f"permission IN ({known})")
