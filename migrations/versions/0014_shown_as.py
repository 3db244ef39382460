"""What a search showed whose answer was made for another: what that one did.

Revision: 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""
    op.add_column("search_queries", sa.Column("shown_as", sa.String(length=26), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("search_queries", "shown_as")
