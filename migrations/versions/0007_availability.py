"""Tags of open minutes, and days on which nobody teaches.

Revision: 0007. Days that are there already have no tags: they stay open for every format.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("availability_days", sa.Column("tags", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(
        op.f("ck_availability_days_tags_length"), "availability_days", "length(tags) = 360"
    )
    op.create_table(
        "availability_blackouts",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(reason) BETWEEN 1 AND 255",
            name=op.f("ck_availability_blackouts_reason_length"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_availability_blackouts_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instructor_id", "day", name=op.f("pk_availability_blackouts")),
    )
    op.create_check_constraint(
        op.f("ck_occupied_times_span_length"),
        "occupied_times",
        "upper(span) - lower(span) <= interval '1 day'",
    )
    op.create_index(
        "ix_occupied_times_ahead", "occupied_times", ["instructor_id", sa.text("upper(span)")]
    )


def downgrade() -> None:
    op.drop_index("ix_occupied_times_ahead", table_name="occupied_times")
    op.drop_constraint(op.f("ck_occupied_times_span_length"), "occupied_times", type_="check")
    op.drop_table("availability_blackouts")
    op.drop_constraint(op.f("ck_availability_days_tags_length"), "availability_days", type_="check")
    op.drop_column("availability_days", "tags")
