"""What the search's indexes in memory follow: whose offers changed, and the state of the catalog.

Triggers write the feed, so that no way of changing an offer can forget it. Rows carry the id of the
transaction that wrote them: readers ask for what was not finished when they last looked.

Revision: 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
SOURCES = {
    "people": "id FROM changed",
    "parts": "instructor_id FROM changed",
    "prices": "o.instructor_id FROM changed JOIN offerings o ON o.id = changed.offering_id",
}
FUNCTIONS = {
    "instructors": "note_search_change_of_people",
    "offerings": "note_search_change_of_parts",
    "service_areas": "note_search_change_of_parts",
    "teaching_places": "note_search_change_of_parts",
    "offering_prices": "note_search_change_of_prices",
    "services": "note_search_version",
    "display_areas": "note_search_version",
    "regions": "note_search_version",
}
OF_PERSON, EMPTIED = "note_search_change_of_users", "note_search_emptied"

NOTE = """
CREATE FUNCTION note_search_change_of_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_changes (instructor_id) SELECT DISTINCT {source};
    RETURN NULL;
END $$
"""
NOTE_PERSON = """
CREATE FUNCTION note_search_change_of_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_changes (instructor_id) SELECT id FROM instructors WHERE id = NEW.id;
    RETURN NULL;
END $$
"""
NOTE_VERSION = """
CREATE FUNCTION note_search_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE search_feed SET version = version + 1 WHERE EXISTS (SELECT FROM changed);
    RETURN NULL;
END $$
"""
NOTE_EMPTIED = """
CREATE FUNCTION note_search_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE search_feed SET version = version + 1;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER {table}_search_{event} AFTER {event} ON {table}
REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}()
"""
ON_PERSON = """
CREATE TRIGGER users_search_change AFTER UPDATE OF status, last_login_at ON users
FOR EACH ROW WHEN (
    OLD.status IS DISTINCT FROM NEW.status
    OR (OLD.last_login_at AT TIME ZONE 'America/New_York')::date
        IS DISTINCT FROM (NEW.last_login_at AT TIME ZONE 'America/New_York')::date
) EXECUTE FUNCTION note_search_change_of_users()
"""


def upgrade() -> None:
    """Write what is new."""
    op.create_table(
        "search_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column(
            "txid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_changes")),
    )
    op.create_index("ix_search_changes_txid", "search_changes", ["txid"])
    op.create_table(
        "search_feed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("purged", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_feed_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_feed")),
    )
    op.execute("INSERT INTO search_feed (id, version, purged) VALUES (1, 1, 0)")
    for kind, source in SOURCES.items():
        op.execute(NOTE.format(kind=kind, source=source))
    op.execute(NOTE_PERSON)
    op.execute(ON_PERSON)
    op.execute(NOTE_VERSION)
    op.execute(NOTE_EMPTIED)
    for table, function in FUNCTIONS.items():
        for event, rows in EVENTS.items():
            op.execute(TRIGGER.format(table=table, event=event, rows=rows, function=function))
        op.execute(
            f"CREATE TRIGGER {table}_search_truncate AFTER TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION note_search_emptied()"
        )


def downgrade() -> None:
    """Take it back."""
    for table in FUNCTIONS:
        for event in (*EVENTS, "truncate"):
            op.execute(f"DROP TRIGGER {table}_search_{event} ON {table}")
    op.execute("DROP TRIGGER users_search_change ON users")
    for function in (*sorted(set(FUNCTIONS.values())), OF_PERSON, EMPTIED):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("search_feed")
    op.drop_table("search_changes")
