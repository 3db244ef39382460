"""A refund that a call of ours made when it was taken for failed is called so.

Revision: 0022.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BEFORE = ("staff", "provider_dashboard")
NEW = "given_up_call"


def upgrade() -> None:
    """Write what is new."""
    _only((*BEFORE, NEW))


def downgrade() -> None:
    """Take it back: until now such a refund was taken for one of the dashboard."""
    op.execute(f"UPDATE admin_refunds SET origin = 'provider_dashboard' WHERE origin = '{NEW}'")
    _only(BEFORE)


def _only(values: tuple[str, ...]) -> None:
    """Let refunds have these origins and no others."""
    name = op.f("ck_admin_refunds_refundorigin")
    op.drop_constraint(name, "admin_refunds", type_="check")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, "admin_refunds", f"origin IN ({listed})")
