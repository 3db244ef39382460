"""What was taken back of transfers in the provider's dashboard.

Revision: 0023.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""
    op.create_table(
        "outside_reversals",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("transfer_id", sa.String(length=26), nullable=False),
        sa.Column("command_id", sa.String(length=26), nullable=True),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cents > 0", name=op.f("ck_outside_reversals_something")),
        sa.ForeignKeyConstraint(
            ["command_id"],
            ["payment_commands.id"],
            name=op.f("fk_outside_reversals_command_id_payment_commands"),
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["transfers.id"],
            name=op.f("fk_outside_reversals_transfer_id_transfers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_reversals")),
        sa.UniqueConstraint("command_id", name=op.f("uq_outside_reversals_command_id")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_outside_reversals_vendor_id")),
    )
    op.create_index(op.f("ix_outside_reversals_transfer_id"), "outside_reversals", ["transfer_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("outside_reversals")
