"""Placeholder of what reviews needs: filled before it is released.

Revision: 0011.
"""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""


def downgrade() -> None:
    """Take it back."""
