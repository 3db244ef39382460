"""The first slice: people, access, catalog, places, instructors, time, bookings, search.

Revision: 0001. Lock and statement timeouts are set in env.py.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from instainstru_core.kernel.geometry import Geometry

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "unaccent")

REFUSE_CHANGES = """
CREATE FUNCTION refuse_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: these values are written once', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

GUARD_AUDIT = """
CREATE TRIGGER audit_entries_written_once BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION refuse_changes()
"""

GUARD_QUOTE = """
CREATE TRIGGER bookings_quote_written_once BEFORE UPDATE ON bookings
FOR EACH ROW WHEN (
    (OLD.hourly_rate_cents, OLD.lesson_price_cents, OLD.student_fee_cents,
     OLD.instructor_fee_cents, OLD.total_cents, OLD.payout_cents, OLD.instructor_fee_rate,
     OLD.instructor_tier, OLD.pricing_version)
    IS DISTINCT FROM
    (NEW.hourly_rate_cents, NEW.lesson_price_cents, NEW.student_fee_cents,
     NEW.instructor_fee_cents, NEW.total_cents, NEW.payout_cents, NEW.instructor_fee_rate,
     NEW.instructor_tier, NEW.pricing_version)
) EXECUTE FUNCTION refuse_changes()
"""


def upgrade() -> None:
    for name in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "anonymous",
                "user",
                "service",
                "system",
                name="actorkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column(
            "door",
            sa.Enum(
                "api",
                "mcp",
                "cli",
                "worker",
                name="door",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "success",
                "refused",
                "failed",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("arguments_hash", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_action", "audit_entries", ["action", "id"], unique=False)
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor_id", "id"], unique=False)
    op.create_index(
        "ix_audit_entries_subject",
        "audit_entries",
        ["subject_kind", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_categories_slug")),
    )
    op.create_table(
        "display_areas",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "borough",
            sa.Enum(
                "Manhattan",
                "Brooklyn",
                "Queens",
                "Bronx",
                "Staten Island",
                name="borough",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_display_areas")),
    )
    op.create_index(op.f("ix_display_areas_borough"), "display_areas", ["borough"], unique=False)
    op.create_table(
        "environment_marker",
        sa.Column("is_marker", sa.Boolean(), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "INT",
                "STG",
                "PROD",
                name="tier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("is_marker", name=op.f("ck_environment_marker_one_row")),
        sa.PrimaryKeyConstraint("is_marker", name=op.f("pk_environment_marker")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("response", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "operation", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("relayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("relayed_at IS NULL"),
    )
    op.create_table(
        "permission_overrides",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column(
            "permission",
            sa.Enum(
                "account:manage_own",
                "addresses:manage_own",
                "bookings:view_own",
                "bookings:create",
                "bookings:cancel_own",
                "instructors:manage_own",
                "availability:manage_own",
                "access:manage",
                "audit:read",
                "bookings:read_any",
                "bookings:cancel_any",
                "catalog:manage",
                "instructors:read_any",
                "instructors:manage_any",
                "invites:read",
                "invites:manage",
                "operations:read",
                "search_analytics:read",
                "users:read",
                name="permission",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "permission", name=op.f("pk_permission_overrides")),
    )
    op.create_table(
        "role_grants",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "student",
                "instructor",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_role_grants")),
    )
    op.create_table(
        "service_clients",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_service_clients")),
    )
    op.create_table(
        "task_executions",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("task_name", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "started",
                "succeeded",
                "failed",
                "retried",
                name="taskstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("error_type", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("task_id", "attempt", name=op.f("pk_task_executions")),
    )
    op.create_index(
        "ix_task_executions_name", "task_executions", ["task_name", "started_at"], unique=False
    )
    op.create_index("ix_task_executions_started", "task_executions", ["started_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("zip_code", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), server_default="America/New_York", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "suspended",
                "deactivated",
                name="accountstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tokens_valid_after", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("ix_users_created", "users", ["created_at"], unique=False)
    op.create_index(
        "ix_users_name_trgm",
        "users",
        ["first_name", "last_name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"first_name": "gin_trgm_ops", "last_name": "gin_trgm_ops"},
    )
    op.create_index("ix_users_phone", "users", ["phone"], unique=False)
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "instructors",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.Column("years_experience", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("travel_buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("overnight_protection", sa.Boolean(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("first_live_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_founding", sa.Boolean(), nullable=False),
        sa.Column("founding_granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "buffer_minutes BETWEEN 10 AND 120", name=op.f("ck_instructors_buffer_range")
        ),
        sa.CheckConstraint(
            "travel_buffer_minutes BETWEEN 30 AND 120 AND travel_buffer_minutes >= buffer_minutes",
            name=op.f("ck_instructors_travel_buffer_range"),
        ),
        sa.CheckConstraint(
            "years_experience BETWEEN 0 AND 70", name=op.f("ck_instructors_years_range")
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["users.id"], name=op.f("fk_instructors_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructors")),
        sa.UniqueConstraint("slug", name=op.f("uq_instructors_slug")),
    )
    op.create_index(
        "ix_instructors_live",
        "instructors",
        ["id"],
        unique=False,
        postgresql_where=sa.text("is_live"),
    )
    op.create_table(
        "invites",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("grants_founding", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(length=26), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(used_at IS NULL) = (used_by IS NULL)", name=op.f("ck_invites_used_whole_or_not")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_invites_email_lower")),
        sa.ForeignKeyConstraint(["used_by"], ["users.id"], name=op.f("fk_invites_used_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("code", name=op.f("uq_invites_code")),
    )
    op.create_index("ix_invites_email", "invites", ["email"], unique=False)
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("refresh_digest", sa.Text(), nullable=False),
        sa.Column("previous_digest", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_login_sessions_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_sessions")),
        sa.UniqueConstraint("refresh_digest", name=op.f("uq_login_sessions_refresh_digest")),
    )
    op.create_index(op.f("ix_login_sessions_user_id"), "login_sessions", ["user_id"], unique=False)
    op.create_table(
        "outbox_receipts",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["outbox.id"],
            name=op.f("fk_outbox_receipts_event_id_outbox"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "reaction", name=op.f("pk_outbox_receipts")),
    )
    op.create_table(
        "regions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "borough",
            sa.Enum(
                "Manhattan",
                "Brooklyn",
                "Queens",
                "Bronx",
                "Staten Island",
                name="borough",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("area_key", sa.Text(), nullable=True),
        sa.Column(
            "boundary",
            Geometry("MULTIPOLYGON", 4326),
            nullable=False,
        ),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_key"], ["display_areas.key"], name=op.f("fk_regions_area_key_display_areas")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
        sa.UniqueConstraint("code", name=op.f("uq_regions_code")),
    )
    op.create_index(op.f("ix_regions_area_key"), "regions", ["area_key"], unique=False)
    op.create_index(
        "ix_regions_boundary", "regions", ["boundary"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "subcategories",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("category_id", sa.String(length=26), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_subcategories_category_id_categories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subcategories")),
        sa.UniqueConstraint("category_id", "slug", name=op.f("uq_subcategories_category_id_slug")),
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column(
            "label",
            sa.Enum(
                "home",
                "work",
                "other",
                name="addresslabel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("custom_label", sa.Text(), nullable=True),
        sa.Column("line1", sa.Text(), nullable=False),
        sa.Column("line2", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("region_id", sa.String(length=26), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "label <> 'other' OR custom_label IS NOT NULL",
            name=op.f("ck_addresses_other_needs_custom_label"),
        ),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)",
            name=op.f("ck_addresses_point_whole_or_absent"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["regions.id"], name=op.f("fk_addresses_region_id_regions")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_addresses_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
    )
    op.create_index(op.f("ix_addresses_user_id"), "addresses", ["user_id"], unique=False)
    op.create_index(
        "uq_addresses_default",
        "addresses",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("is_default AND deleted_at IS NULL"),
    )
    op.create_table(
        "availability_days",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(bits) = 180", name=op.f("ck_availability_days_bits_length")),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_availability_days_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instructor_id", "day", name=op.f("pk_availability_days")),
    )
    op.create_table(
        "availability_weeks",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "extract(isodow FROM monday) = 1", name=op.f("ck_availability_weeks_monday")
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_availability_weeks_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instructor_id", "monday", name=op.f("pk_availability_weeks")),
    )
    op.create_table(
        "founding_slots",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_founding_slots_number_positive")),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_founding_slots_instructor_id_instructors"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_founding_slots")),
        sa.UniqueConstraint("instructor_id", name=op.f("uq_founding_slots_instructor_id")),
    )
    op.create_table(
        "instructor_tiers",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "founding",
                "entry",
                "growth",
                "pro",
                name="tier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_instructor_tiers_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instructor_id", name=op.f("pk_instructor_tiers")),
    )
    op.create_table(
        "lifecycle_events",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column(
            "milestone",
            sa.Enum(
                "registered",
                "profile_submitted",
                "services_configured",
                "went_live",
                "paused",
                "resumed",
                name="milestone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_lifecycle_events_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lifecycle_events")),
    )
    op.create_index(
        "ix_lifecycle_events_instructor",
        "lifecycle_events",
        ["instructor_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "occupied_times",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("student_id", sa.String(length=26), nullable=True),
        sa.Column("span", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("travels", sa.Boolean(), nullable=False),
        sa.Column("chain_id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("instructor_id"), "="),
            (sa.column("chain_id"), "<>"),
            (sa.column("span"), "&&"),
            using="gist",
            name="ex_occupied_times_instructor",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("student_id"), "="),
            (sa.column("chain_id"), "<>"),
            (sa.column("span"), "&&"),
            where=sa.text("student_id IS NOT NULL"),
            using="gist",
            name="ex_occupied_times_student",
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_occupied_times_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["users.id"],
            name=op.f("fk_occupied_times_student_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occupied_times")),
        sa.UniqueConstraint("reference", name=op.f("uq_occupied_times_reference")),
    )
    op.create_index(
        "ix_occupied_times_expires",
        "occupied_times",
        ["expires_at"],
        unique=False,
        postgresql_where="expires_at IS NOT NULL",
    )
    op.create_table(
        "service_areas",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("area_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_key"],
            ["display_areas.key"],
            name=op.f("fk_service_areas_area_key_display_areas"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_service_areas_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instructor_id", "area_key", name=op.f("pk_service_areas")),
    )
    op.create_index(op.f("ix_service_areas_area_key"), "service_areas", ["area_key"], unique=False)
    op.create_table(
        "services",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subcategory_id", sa.String(length=26), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("synonyms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("age_groups", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("durations", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("online_capable", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subcategory_id"],
            ["subcategories.id"],
            name=op.f("fk_services_subcategory_id_subcategories"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("slug", name=op.f("uq_services_slug")),
    )
    op.create_index(
        "ix_services_name_trgm",
        "services",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        op.f("ix_services_subcategory_id"), "services", ["subcategory_id"], unique=False
    )
    op.create_index(
        "ix_services_synonyms", "services", ["synonyms"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "teaching_places",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "teaching",
                "public",
                name="placekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("address_line", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("approximate_latitude", sa.Double(), nullable=False),
        sa.Column("approximate_longitude", sa.Double(), nullable=False),
        sa.Column("area_key", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_key"],
            ["display_areas.key"],
            name=op.f("fk_teaching_places_area_key_display_areas"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_teaching_places_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teaching_places")),
    )
    op.create_index(
        op.f("ix_teaching_places_instructor_id"), "teaching_places", ["instructor_id"], unique=False
    )
    op.create_table(
        "offerings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("durations", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("age_groups", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_offerings_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_offerings_service_id_services")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offerings")),
    )
    op.create_index(
        op.f("ix_offerings_instructor_id"), "offerings", ["instructor_id"], unique=False
    )
    op.create_index(
        "ix_offerings_service",
        "offerings",
        ["service_id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(
        "uq_offerings_active",
        "offerings",
        ["instructor_id", "service_id"],
        unique=True,
        postgresql_where=sa.text("is_active"),
    )
    op.create_table(
        "search_queries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("normalized_text", sa.Text(), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=True),
        sa.Column("area_key", sa.Text(), nullable=True),
        sa.Column("result_count", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_key"],
            ["display_areas.key"],
            name=op.f("fk_search_queries_area_key_display_areas"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_search_queries_service_id_services")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_search_queries_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_queries")),
    )
    op.create_index("ix_search_queries_at", "search_queries", ["at"], unique=False)
    op.create_index(
        "ix_search_queries_zero",
        "search_queries",
        ["at", "normalized_text"],
        unique=False,
        postgresql_where=sa.text("result_count = 0"),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("chain_id", sa.String(length=26), nullable=False),
        sa.Column("student_id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("offering_id", sa.String(length=26), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "student_location",
                "instructor_location",
                "online",
                "neutral_location",
                name="lessonformat",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "CONFIRMED",
                "COMPLETED",
                "CANCELLED",
                "PAYMENT_FAILED",
                "NO_SHOW",
                name="bookingstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "payment_status",
            sa.Enum(
                "none", name="paymentstatus", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_local", sa.DateTime(), nullable=False),
        sa.Column("lesson_timezone", sa.Text(), nullable=False),
        sa.Column("lesson_day", sa.Date(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("area_key", sa.Text(), nullable=True),
        sa.Column("student_note", sa.Text(), nullable=True),
        sa.Column("hourly_rate_cents", sa.Integer(), nullable=False),
        sa.Column("lesson_price_cents", sa.Integer(), nullable=False),
        sa.Column("student_fee_cents", sa.Integer(), nullable=False),
        sa.Column("instructor_fee_cents", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("payout_cents", sa.Integer(), nullable=False),
        sa.Column("instructor_fee_rate", sa.Numeric(precision=6, scale=4), nullable=False),
        sa.Column(
            "instructor_tier",
            sa.Enum(
                "founding",
                "entry",
                "growth",
                "pro",
                name="tier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("pricing_version", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "cancelled_by",
            sa.Enum(
                "student",
                "instructor",
                "admin",
                name="cancelledby",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("cancellation_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status <> 'COMPLETED') OR (completed_at IS NOT NULL)",
            name=op.f("ck_bookings_completed_has_instant"),
        ),
        sa.CheckConstraint(
            "(status = 'CANCELLED') = (cancelled_at IS NOT NULL)",
            name=op.f("ck_bookings_cancelled_whole_or_not"),
        ),
        sa.CheckConstraint(
            "duration_minutes BETWEEN 30 AND 240", name=op.f("ck_bookings_duration_range")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_bookings_ends_after_start")),
        sa.CheckConstraint("lesson_price_cents > 0", name=op.f("ck_bookings_price_positive")),
        sa.CheckConstraint(
            "total_cents = lesson_price_cents + student_fee_cents AND payout_cents = lesson_price_cents - instructor_fee_cents",
            name=op.f("ck_bookings_quote_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["area_key"], ["display_areas.key"], name=op.f("fk_bookings_area_key_display_areas")
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_bookings_instructor_id_instructors"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offerings.id"], name=op.f("fk_bookings_offering_id_offerings")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_bookings_service_id_services")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_bookings_student_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index("ix_bookings_created", "bookings", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_bookings_instructor", "bookings", ["instructor_id", "starts_at", "id"], unique=False
    )
    op.create_index("ix_bookings_lesson_day", "bookings", ["lesson_day", "status"], unique=False)
    op.create_index(op.f("ix_bookings_service_id"), "bookings", ["service_id"], unique=False)
    op.create_index(
        "ix_bookings_student", "bookings", ["student_id", "starts_at", "id"], unique=False
    )
    op.create_table(
        "offering_prices",
        sa.Column("offering_id", sa.String(length=26), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "student_location",
                "instructor_location",
                "online",
                "neutral_location",
                name="lessonformat",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("hourly_rate_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "format <> 'neutral_location'", name=op.f("ck_offering_prices_neutral_has_no_price")
        ),
        sa.CheckConstraint(
            "hourly_rate_cents BETWEEN 1 AND 100000", name=op.f("ck_offering_prices_rate_range")
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_offering_prices_offering_id_offerings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("offering_id", "format", name=op.f("pk_offering_prices")),
    )
    op.create_table(
        "search_clicks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("search_id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "view",
                "favorite",
                "message",
                "book",
                name="clickaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_search_clicks_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["search_queries.id"],
            name=op.f("fk_search_clicks_search_id_search_queries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_clicks")),
    )
    op.create_index(
        op.f("ix_search_clicks_search_id"), "search_clicks", ["search_id"], unique=False
    )
    op.execute(REFUSE_CHANGES)
    op.execute(GUARD_AUDIT)
    op.execute(GUARD_QUOTE)


def downgrade() -> None:
    op.drop_index(op.f("ix_search_clicks_search_id"), table_name="search_clicks")
    op.drop_table("search_clicks")
    op.drop_table("offering_prices")
    op.drop_index("ix_bookings_student", table_name="bookings")
    op.drop_index(op.f("ix_bookings_service_id"), table_name="bookings")
    op.drop_index("ix_bookings_lesson_day", table_name="bookings")
    op.drop_index("ix_bookings_instructor", table_name="bookings")
    op.drop_index("ix_bookings_created", table_name="bookings")
    op.drop_table("bookings")
    op.drop_index(
        "ix_search_queries_zero",
        table_name="search_queries",
        postgresql_where=sa.text("result_count = 0"),
    )
    op.drop_index("ix_search_queries_at", table_name="search_queries")
    op.drop_table("search_queries")
    op.drop_index(
        "uq_offerings_active", table_name="offerings", postgresql_where=sa.text("is_active")
    )
    op.drop_index(
        "ix_offerings_service", table_name="offerings", postgresql_where=sa.text("is_active")
    )
    op.drop_index(op.f("ix_offerings_instructor_id"), table_name="offerings")
    op.drop_table("offerings")
    op.drop_index(op.f("ix_teaching_places_instructor_id"), table_name="teaching_places")
    op.drop_table("teaching_places")
    op.drop_index("ix_services_synonyms", table_name="services", postgresql_using="gin")
    op.drop_index(op.f("ix_services_subcategory_id"), table_name="services")
    op.drop_index(
        "ix_services_name_trgm",
        table_name="services",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.drop_table("services")
    op.drop_index(op.f("ix_service_areas_area_key"), table_name="service_areas")
    op.drop_table("service_areas")
    op.drop_index(
        "ix_occupied_times_expires",
        table_name="occupied_times",
        postgresql_where="expires_at IS NOT NULL",
    )
    op.drop_table("occupied_times")
    op.drop_index("ix_lifecycle_events_instructor", table_name="lifecycle_events")
    op.drop_table("lifecycle_events")
    op.drop_table("instructor_tiers")
    op.drop_table("founding_slots")
    op.drop_table("availability_weeks")
    op.drop_table("availability_days")
    op.drop_index(
        "uq_addresses_default",
        table_name="addresses",
        postgresql_where=sa.text("is_default AND deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_addresses_user_id"), table_name="addresses")
    op.drop_table("addresses")
    op.drop_table("subcategories")
    op.drop_index("ix_regions_boundary", table_name="regions", postgresql_using="gist")
    op.drop_index(op.f("ix_regions_area_key"), table_name="regions")
    op.drop_table("regions")
    op.drop_table("outbox_receipts")
    op.drop_index(op.f("ix_login_sessions_user_id"), table_name="login_sessions")
    op.drop_table("login_sessions")
    op.drop_index("ix_invites_email", table_name="invites")
    op.drop_table("invites")
    op.drop_index(
        "ix_instructors_live", table_name="instructors", postgresql_where=sa.text("is_live")
    )
    op.drop_table("instructors")
    op.drop_index("uq_users_email", table_name="users")
    op.drop_index("ix_users_phone", table_name="users")
    op.drop_index(
        "ix_users_name_trgm",
        table_name="users",
        postgresql_using="gin",
        postgresql_ops={"first_name": "gin_trgm_ops", "last_name": "gin_trgm_ops"},
    )
    op.drop_index("ix_users_created", table_name="users")
    op.drop_table("users")
    op.drop_index("ix_task_executions_started", table_name="task_executions")
    op.drop_index("ix_task_executions_name", table_name="task_executions")
    op.drop_table("task_executions")
    op.drop_table("service_clients")
    op.drop_table("role_grants")
    op.drop_table("permission_overrides")
    op.drop_index(
        "ix_outbox_waiting", table_name="outbox", postgresql_where=sa.text("relayed_at IS NULL")
    )
    op.drop_table("outbox")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("environment_marker")
    op.drop_index(op.f("ix_display_areas_borough"), table_name="display_areas")
    op.drop_table("display_areas")
    op.drop_table("categories")
    op.drop_index("ix_audit_entries_subject", table_name="audit_entries")
    op.drop_index("ix_audit_entries_actor", table_name="audit_entries")
    op.drop_index("ix_audit_entries_action", table_name="audit_entries")
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION refuse_changes()")
