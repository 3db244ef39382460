"""What the copilot's lookups and reports need: indexes, each for a question that staff ask.

A name as people type it, with spelling mistakes; a call to the provider by the provider's id of
what came of it; word from the provider by what it is about; and what was done in a stretch of time.

Revision: 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FULL_NAME = "lower((first_name || ' ') || last_name)"
PROVIDER_ID = "(result ->> 'id')"
OBJECT_ID = "(payload #>> '{data,object,id}')"


def upgrade() -> None:
    """Write what is new."""
    op.create_index(
        "ix_users_full_name_trgm",
        "users",
        [sa.text(f"{FULL_NAME} gin_trgm_ops")],
        postgresql_using="gin",
    )
    op.create_index("ix_payment_commands_provider_id", "payment_commands", [sa.text(PROVIDER_ID)])
    op.create_index("ix_webhook_events_object_id", "webhook_events", [sa.text(OBJECT_ID)])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"], postgresql_using="brin")


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_audit_entries_at", table_name="audit_entries")
    op.drop_index("ix_webhook_events_object_id", table_name="webhook_events")
    op.drop_index("ix_payment_commands_provider_id", table_name="payment_commands")
    op.drop_index("ix_users_full_name_trgm", table_name="users")
