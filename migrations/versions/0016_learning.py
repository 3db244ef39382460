"""What somebody takes as a student is asked about wherever it is asked when they are free to teach.

Revision: 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""
    op.create_index(
        "ix_occupied_times_learning",
        "occupied_times",
        ["student_id", sa.text("upper(span)")],
        postgresql_where=sa.text("student_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_occupied_times_learning", table_name="occupied_times")
