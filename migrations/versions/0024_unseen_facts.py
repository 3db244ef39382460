"""To whom a fact was handed, so that what a broker lost is handed out again.

Revision: 0024. Facts that were relayed before say nothing of it and stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""
    op.add_column("outbox", sa.Column("handed_to", sa.ARRAY(sa.Text()), nullable=True))
    op.create_index("ix_outbox_relayed_at", "outbox", ["relayed_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_outbox_relayed_at", table_name="outbox")
    op.drop_column("outbox", "handed_to")
