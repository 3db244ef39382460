"""How tasks fared is kept day by day, for days that are over.

Revision: 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new. A job fills it."""
    op.create_table(
        "task_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("task_name", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.Integer(), nullable=False),
        sa.Column("durations", sa.LargeBinary(), nullable=False),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", "task_name", name=op.f("pk_task_days")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("task_days")
