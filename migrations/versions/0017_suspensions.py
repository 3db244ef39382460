"""Suspending accounts is a permission of its own.

Revision: 0017.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NEW = "users:manage"
PERMISSIONS_BEFORE = (
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
    "reviews:write_own",
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
    "reviews:moderate",
    "reviews:read_any",
    "search_aliases:manage",
    "search_analytics:read",
    "users:read",
    "webhooks:manage",
    "webhooks:read",
)


def upgrade() -> None:
    """Write what is new."""
    _only((*PERMISSIONS_BEFORE, NEW))


def downgrade() -> None:
    """Take it back."""
    op.execute(f"DELETE FROM permission_overrides WHERE permission = '{NEW}'")
    _only(PERMISSIONS_BEFORE)


def _only(values: tuple[str, ...]) -> None:
    """Let overrides be of these permissions and no others."""
    name = op.f("ck_permission_overrides_permission")
    op.drop_constraint(name, "permission_overrides", type_="check")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, "permission_overrides", f"permission IN ({listed})")
