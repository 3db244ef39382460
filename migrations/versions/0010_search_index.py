"""Placeholder of what search_index needs: filled before it is released.

Revision: 0010.
"""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""


def downgrade() -> None:
    """Take it back."""
