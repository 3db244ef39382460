"""What words mean: other names of the groups of the catalog, and the vectors of services and areas.

A subject has a vector for each text about it. It is kept with the model that made it, its version,
and a hash of the text, so that it is known which are missing and which are stale.

Revision: 0009.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

GROUPS = ("categories", "subcategories")
KINDS = ("service", "area")


def upgrade() -> None:
    """Write what is new."""
    for table in GROUPS:
        op.add_column(
            table,
            sa.Column(
                "synonyms",
                postgresql.ARRAY(sa.Text()),
                server_default=sa.text("'{}'"),
                nullable=False,
            ),
        )
    op.create_table(
        "embeddings",
        sa.Column(
            "kind",
            sa.Enum(
                *KINDS, name="embeddingkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("vector", postgresql.ARRAY(sa.REAL()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", "part", "model", name=op.f("pk_embeddings")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("embeddings")
    for table in GROUPS:
        op.drop_column(table, "synonyms")
