"""Programs that go on acting for a person, with a refresh token that changes at each use.

Revision: 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""
    op.create_table(
        "program_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("refresh_digest", sa.Text(), nullable=False),
        sa.Column("previous_digest", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_sessions")),
        sa.UniqueConstraint("refresh_digest", name=op.f("uq_program_sessions_refresh_digest")),
    )
    op.create_index(op.f("ix_program_sessions_user_id"), "program_sessions", ["user_id"])
    op.create_index(op.f("ix_program_sessions_expires_at"), "program_sessions", ["expires_at"])


def downgrade() -> None:
    """Take it back: every program asks its person again."""
    op.drop_table("program_sessions")
