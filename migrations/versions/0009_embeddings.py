"""Placeholder of what embeddings needs: filled before it is released.

Revision: 0009.
"""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Write what is new."""


def downgrade() -> None:
    """Take it back."""
