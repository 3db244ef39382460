"""Every attempt of a task: when a worker got it, the shapes of its arguments, what went wrong.

Revision: 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "task_executions"
COLUMNS = (
    ("arguments", sa.Text()),
    ("received_at", sa.DateTime(timezone=True)),
    ("error_text", sa.Text()),
)


def upgrade() -> None:
    """Add the columns, and indexes of the few rows that are asked for most."""
    for name, kind in COLUMNS:
        op.add_column(TABLE, sa.Column(name, kind, nullable=True))
    op.create_index(
        "ix_task_executions_failed",
        TABLE,
        ["finished_at"],
        unique=False,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_task_executions_running",
        TABLE,
        ["started_at"],
        unique=False,
        postgresql_where=sa.text("state = 'started'"),
    )


def downgrade() -> None:
    """Forget them again."""
    op.drop_index("ix_task_executions_running", table_name=TABLE)
    op.drop_index("ix_task_executions_failed", table_name=TABLE)
    for name, _ in reversed(COLUMNS):
        op.drop_column(TABLE, name)
