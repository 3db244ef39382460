"""Refunds that were made in the provider's dashboard, and when a refund failed after it was made.

Revision: 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ORIGINS = ("staff", "provider_dashboard")


def upgrade() -> None:
    """Write what is new. What staff ordered until now they ordered here."""
    op.add_column("refunds", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "admin_refunds",
        sa.Column(
            "origin",
            sa.Enum(
                *ORIGINS, name="refundorigin", native_enum=False, create_constraint=True, length=40
            ),
            server_default="staff",
            nullable=False,
        ),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_column("admin_refunds", "origin")
    op.drop_column("refunds", "failed_at")
