"""Names of places that are taught, words for places that nobody knew, and the state of all names.

A trigger gives the state another token whenever a name changes, so that processes which hold the
names in memory see it, whoever made the change.

Revision: 0008.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAMED = {"display_areas": "STATEMENT", "regions": "STATEMENT", "place_aliases": "ROW"}
"""The map is written whole, aliases one by one; a statement that finds none changes nothing."""

ALIAS_STATUSES = ("active", "pending", "rejected")
ALIAS_SOURCES = ("manual", "learned", "model")
UNRESOLVED_STATUSES = ("waiting", "review", "learned", "dismissed")

RENEW = """
CREATE FUNCTION renew_place_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE place_versions SET token = gen_random_uuid();
    RETURN NULL;
END $$
"""
ON_NAMES = """
CREATE TRIGGER {table}_renew_place_version
AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH {each} EXECUTE FUNCTION renew_place_version()
"""


def one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Write what is new."""
    op.create_table(
        "place_aliases",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_ambiguous", sa.Boolean(), nullable=False),
        sa.Column("status", one_of("aliasstatus", ALIAS_STATUSES), nullable=False),
        sa.Column("source", one_of("aliassource", ALIAS_SOURCES), nullable=False),
        sa.Column("confidence", sa.REAL(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint("cardinality(area_keys) >= 1", name=op.f("ck_place_aliases_somewhere")),
        sa.CheckConstraint(
            "confidence BETWEEN 0 AND 1", name=op.f("ck_place_aliases_confidence_is_a_share")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_aliases")),
        sa.UniqueConstraint("name", name=op.f("uq_place_aliases_name")),
    )
    op.create_index("ix_place_aliases_status", "place_aliases", ["status", "id"])
    op.create_table(
        "unresolved_places",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", one_of("unresolvedstatus", UNRESOLVED_STATUSES), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("clickers", sa.Integer(), nullable=False),
        sa.Column("area_key", sa.Text(), nullable=True),
        sa.Column("share", sa.REAL(), nullable=False),
        sa.Column("areas", postgresql.JSONB(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint("people <= searches", name=op.f("ck_unresolved_places_people_search")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_unresolved_places")),
    )
    op.create_index(
        "ix_unresolved_places_people",
        "unresolved_places",
        ["status", sa.text("people DESC"), sa.text("searches DESC"), "name"],
    )
    op.create_table(
        "place_versions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Uuid(as_uuid=False), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_place_versions_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_versions")),
    )
    op.execute("INSERT INTO place_versions (id, token) VALUES (1, gen_random_uuid())")
    op.execute(RENEW)
    for table, each in NAMED.items():
        op.execute(ON_NAMES.format(table=table, each=each))


def downgrade() -> None:
    """Take it back."""
    for table in NAMED:
        op.execute(f"DROP TRIGGER {table}_renew_place_version ON {table}")
    op.execute("DROP FUNCTION renew_place_version()")
    op.drop_table("place_versions")
    op.drop_table("unresolved_places")
    op.drop_table("place_aliases")
