"""Placeholder of what availability needs: filled before it is released.

Revision: 0007.
"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""


def downgrade() -> None:
    """Take it back."""
