"""What is kept of searches, what was shown and done, and histories of what people searched for.

Of each search: who, hashed with a key, with what, what its text was understood as, how long it took
and what was left out. A click no longer waits for its search to be written, and counts once.

Revision: 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ACTIONS_BEFORE = ("view", "favorite", "message", "book")
ACTIONS = ("hover", "view", "profile", "favorite", "contact", "message", "book")
SOURCES = ("typed", "suggestion", "history", "category", "service", "filter")
DEVICES = ("phone", "tablet", "computer", "program", "unknown")
WAYS = ("exact", "text", "vector", "both", "none")

DROP_REPEATED_CLICKS = """
DELETE FROM search_clicks AS later USING search_clicks AS earlier
WHERE later.search_id = earlier.search_id AND later.instructor_id = earlier.instructor_id
    AND later.action = earlier.action AND (later.at, later.id) > (earlier.at, earlier.id)
"""
DROP_CLICKS_OF_NO_SEARCH = """
DELETE FROM search_clicks
WHERE action IN ('hover', 'profile', 'contact')
    OR NOT EXISTS (SELECT 1 FROM search_queries WHERE search_queries.id = search_id)
"""


def one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def allow(actions: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{action}'" for action in actions)
    op.drop_constraint(op.f("ck_search_clicks_clickaction"), "search_clicks")
    op.create_check_constraint(
        op.f("ck_search_clicks_clickaction"), "search_clicks", f"action IN ({listed})"
    )


def upgrade() -> None:
    """Write what is new."""
    _keep_more_of_searches()
    _keep_what_was_shown()
    _let_clicks_come_first()
    _keep_histories()
    op.create_table(
        "search_salts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_search_salts")),
    )


def downgrade() -> None:
    """Take it back. Clicks that the tables of before cannot hold are lost."""
    op.drop_table("search_salts")
    op.drop_table("search_histories")
    op.execute(DROP_CLICKS_OF_NO_SEARCH)
    op.drop_index("ix_search_clicks_at", table_name="search_clicks")
    op.drop_index("uq_search_clicks_once", table_name="search_clicks")
    op.drop_column("search_clicks", "guest")
    op.drop_column("search_clicks", "person")
    allow(ACTIONS_BEFORE)
    op.create_foreign_key(
        op.f("fk_search_clicks_search_id_search_queries"),
        "search_clicks",
        "search_queries",
        ["search_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(
        op.f("ix_search_clicks_search_id"), "search_clicks", ["search_id"], unique=False
    )
    op.drop_table("search_candidates")
    op.drop_index("ix_search_queries_unresolved", table_name="search_queries")
    op.drop_index("ix_search_queries_user_id", table_name="search_queries")
    for name in (
        "skipped",
        "level",
        "cache_hit",
        "stages",
        "relaxed",
        "strict_count",
        "unresolved_place",
        "area_keys",
        "service_ids",
        "slots",
        "wish_text",
        "source",
        "device",
        "address_hash",
        "person",
    ):
        op.drop_column("search_queries", name)


def _keep_more_of_searches() -> None:
    for column in (
        sa.Column("person", sa.String(length=32), nullable=True),
        sa.Column("address_hash", sa.String(length=32), nullable=True),
        sa.Column("device", one_of("device", DEVICES), server_default="unknown", nullable=False),
        sa.Column(
            "source", one_of("searchsource", SOURCES), server_default="typed", nullable=False
        ),
        sa.Column("wish_text", sa.Text(), nullable=True),
        sa.Column("slots", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("service_ids", postgresql.ARRAY(sa.String(length=26)), nullable=True),
        sa.Column("area_keys", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("unresolved_place", sa.Text(), nullable=True),
        sa.Column("strict_count", sa.Integer(), nullable=True),
        sa.Column("relaxed", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("stages", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("cache_hit", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("skipped", postgresql.ARRAY(sa.Text()), nullable=True),
    ):
        op.add_column("search_queries", column)
    op.create_index(
        "ix_search_queries_user_id",
        "search_queries",
        ["user_id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "ix_search_queries_unresolved",
        "search_queries",
        ["at"],
        postgresql_where=sa.text("unresolved_place IS NOT NULL"),
    )


def _keep_what_was_shown() -> None:
    op.create_table(
        "search_candidates",
        sa.Column("search_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("score", sa.REAL(), nullable=False),
        sa.Column("found_by", one_of("foundby", WAYS), nullable=False),
        sa.Column("signals", postgresql.JSONB(), nullable=False),
        sa.Column("relaxed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["search_queries.id"],
            name=op.f("fk_search_candidates_search_id_search_queries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("search_id", "position", name=op.f("pk_search_candidates")),
    )


def _let_clicks_come_first() -> None:
    op.execute(DROP_REPEATED_CLICKS)
    op.drop_index(op.f("ix_search_clicks_search_id"), table_name="search_clicks")
    op.drop_constraint(op.f("fk_search_clicks_search_id_search_queries"), "search_clicks")
    allow(ACTIONS)
    op.add_column("search_clicks", sa.Column("person", sa.String(length=32), nullable=True))
    op.add_column("search_clicks", sa.Column("guest", sa.String(length=32), nullable=True))
    op.create_index(
        "uq_search_clicks_once",
        "search_clicks",
        ["search_id", "instructor_id", "action"],
        unique=True,
    )
    op.create_index("ix_search_clicks_at", "search_clicks", ["at"])


def _keep_histories() -> None:
    op.create_table(
        "search_histories",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("guest", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("normalized_text", sa.Text(), nullable=False),
        sa.Column("source", one_of("searchsource", SOURCES), nullable=False),
        sa.Column("result_count", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("converted_to", sa.String(length=26), nullable=True),
        sa.Column("converted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(user_id, guest) = 1", name=op.f("ck_search_histories_one_owner")
        ),
        sa.CheckConstraint("times >= 1", name=op.f("ck_search_histories_at_least_once")),
        sa.ForeignKeyConstraint(
            ["converted_to"],
            ["users.id"],
            name=op.f("fk_search_histories_converted_to_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_search_histories_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_histories")),
    )
    op.create_index(op.f("ix_search_histories_converted_to"), "search_histories", ["converted_to"])
    op.create_index(
        "ix_search_histories_recent_user",
        "search_histories",
        ["user_id", "last_at"],
        postgresql_where=sa.text("user_id IS NOT NULL AND deleted_at IS NULL"),
    )
    for owner in ("user_id", "guest"):
        op.create_index(
            f"uq_search_histories_{owner.removesuffix('_id')}",
            "search_histories",
            [owner, "normalized_text"],
            unique=True,
            postgresql_where=sa.text(f"{owner} IS NOT NULL"),
        )
