"""Keep which number a lesson had that earned a milestone, so that each number earns once.

Revision: 0027. A lesson under a report did not count, so another one could earn the same milestone,
and both kept it. What was earned so far gets its numbers in the order in which it was issued.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NUMBER_THEM = """
UPDATE credit_lots SET milestone = numbered.milestone
FROM (
    SELECT id, 11 * row_number() OVER (PARTITION BY user_id, source ORDER BY issued_at, id)
        - CASE source WHEN 'milestone_5' THEN 6 ELSE 0 END AS milestone
    FROM credit_lots
    WHERE key LIKE 'credits.milestone:%' AND revoked_cents = 0 AND claimed_cents = 0
) AS numbered
WHERE numbered.id = credit_lots.id
"""


def upgrade() -> None:
    op.add_column("credit_lots", sa.Column("milestone", sa.Integer(), nullable=True))
    op.execute(NUMBER_THEM)
    op.create_index(
        "uq_credit_lots_milestone",
        "credit_lots",
        ["user_id", "milestone"],
        unique=True,
        postgresql_where=sa.text("milestone IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_credit_lots_milestone",
        table_name="credit_lots",
        postgresql_where=sa.text("milestone IS NOT NULL"),
    )
    op.drop_column("credit_lots", "milestone")
