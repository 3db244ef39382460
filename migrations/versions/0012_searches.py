"""Placeholder of what searches needs: filled before it is released.

Revision: 0012.
"""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""


def downgrade() -> None:
    """Take it back."""
