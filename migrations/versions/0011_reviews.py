"""Reviews and their totals, and what offerings say of levels and filters.

Offerings that were there before are for all levels, and say nothing of other filters yet.

Revision: 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NOTE_SEARCH_CHANGE = """
CREATE TRIGGER review_totals_search_{word} AFTER {event} ON review_totals
REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION note_search_change_of_parts()
"""
PERMISSIONS_BEFORE = (
    "account:manage_own",
    "addresses:manage_own",
    "bookings:view_own",
    "bookings:create",
    "bookings:cancel_own",
    "bookings:complete_own",
    "bookings:report_own",
    "bookings:reschedule_own",
    "instructors:manage_own",
    "availability:manage_own",
    "payments:manage_own",
    "payouts:manage_own",
    "access:manage",
    "audit:read",
    "bookings:read_any",
    "bookings:cancel_any",
    "bookings:manage_any",
    "catalog:manage",
    "credits:manage_any",
    "instructors:read_any",
    "instructors:manage_any",
    "invites:read",
    "invites:manage",
    "operations:manage",
    "operations:read",
    "payments:manage_any",
    "payments:read_any",
    "payments:refund_any",
    "search_analytics:read",
    "users:read",
    "webhooks:manage",
    "webhooks:read",
)
PERMISSIONS = (
    *PERMISSIONS_BEFORE,
    "reviews:write_own",
    "reviews:moderate",
    "reviews:read_any",
    "search_aliases:manage",
)
TEMPLATES_BEFORE = (
    "booking_confirmed",
    "hold_failed",
    "final_warning",
    "booking_dropped_student",
    "booking_dropped_instructor",
    "booking_cancelled",
    "booking_rescheduled",
    "capture_failed",
    "account_locked",
    "no_show_reported",
    "refunded",
    "payout_sent",
    "instructor_invite",
)
TEMPLATES = (*TEMPLATES_BEFORE, "review_published")
ALL_LEVELS = "ARRAY['beginner', 'intermediate', 'advanced']::text[]"


def upgrade() -> None:
    """Write what is new."""
    _only("permission_overrides", "permission", PERMISSIONS)
    _only("deliveries", "template", TEMPLATES)
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("student_id", sa.String(length=26), nullable=False),
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "published",
                "hidden",
                "withdrawn",
                name="reviewstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lesson_completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_by", sa.Text(), nullable=True),
        sa.Column(
            "hidden_reason",
            sa.Enum(
                "offensive",
                "personal_data",
                "spam",
                "off_topic",
                "not_genuine",
                "other",
                "lesson_not_taken",
                name="hidereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("hidden_note", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_reviews_stars_range")),
        sa.CheckConstraint(
            "(response IS NULL) = (responded_at IS NULL)",
            name=op.f("ck_reviews_answered_whole_or_not"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_reviews_withdrawn_whole_or_not"),
        ),
        sa.CheckConstraint(
            "(state <> 'hidden') OR (hidden_at IS NOT NULL AND hidden_reason IS NOT NULL)",
            name=op.f("ck_reviews_hidden_for_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_reviews_booking_id_bookings")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_reviews_student_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructors.id"], name=op.f("fk_reviews_instructor_id_instructors")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_reviews_service_id_services")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_reviews_booking_id")),
    )
    op.create_index(
        "ix_reviews_published",
        "reviews",
        ["instructor_id", "written_at", "id"],
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index("ix_reviews_instructor", "reviews", ["instructor_id", "written_at", "id"])
    op.create_index("ix_reviews_student", "reviews", ["student_id", "written_at", "id"])
    op.create_index("ix_reviews_written", "reviews", ["written_at", "id"])
    _create_totals()
    for event in ("INSERT", "UPDATE"):
        op.execute(NOTE_SEARCH_CHANGE.format(word=event.lower(), event=event))
    op.add_column(
        "offerings",
        sa.Column(
            "skill_levels",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text(ALL_LEVELS),
            nullable=False,
        ),
    )
    op.add_column(
        "offerings",
        sa.Column(
            "filters",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.create_check_constraint(
        op.f("ck_offerings_skill_levels_known"), "offerings", f"skill_levels <@ {ALL_LEVELS}"
    )
    op.create_check_constraint(
        op.f("ck_offerings_filters_object"), "offerings", "jsonb_typeof(filters) = 'object'"
    )
    op.create_index(
        "ix_offerings_filters",
        "offerings",
        ["filters"],
        postgresql_using="gin",
        postgresql_ops={"filters": "jsonb_path_ops"},
        postgresql_where=sa.text("is_active"),
    )


def _create_totals() -> None:
    op.create_table(
        "review_totals",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("star_sum", sa.Integer(), nullable=False),
        sa.Column("one_star", sa.Integer(), nullable=False),
        sa.Column("two_stars", sa.Integer(), nullable=False),
        sa.Column("three_stars", sa.Integer(), nullable=False),
        sa.Column("four_stars", sa.Integer(), nullable=False),
        sa.Column("five_stars", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "one_star >= 0 AND two_stars >= 0 AND three_stars >= 0 AND four_stars >= 0"
            " AND five_stars >= 0",
            name=op.f("ck_review_totals_no_less_than_nothing"),
        ),
        sa.CheckConstraint(
            "count = one_star + two_stars + three_stars + four_stars + five_stars",
            name=op.f("ck_review_totals_count_adds_up"),
        ),
        sa.CheckConstraint(
            "star_sum = one_star + 2 * two_stars + 3 * three_stars + 4 * four_stars"
            " + 5 * five_stars",
            name=op.f("ck_review_totals_sum_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_review_totals_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instructor_id", name=op.f("pk_review_totals")),
    )
    op.create_table(
        "review_service_totals",
        sa.Column("instructor_id", sa.String(length=26), nullable=False),
        sa.Column("service_id", sa.String(length=26), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("star_sum", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "count >= 0 AND star_sum BETWEEN count AND 5 * count",
            name=op.f("ck_review_service_totals_plausible"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name=op.f("fk_review_service_totals_instructor_id_instructors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["services.id"],
            name=op.f("fk_review_service_totals_service_id_services"),
        ),
        sa.PrimaryKeyConstraint(
            "instructor_id", "service_id", name=op.f("pk_review_service_totals")
        ),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_offerings_filters", table_name="offerings")
    op.drop_constraint(op.f("ck_offerings_filters_object"), "offerings", type_="check")
    op.drop_constraint(op.f("ck_offerings_skill_levels_known"), "offerings", type_="check")
    op.drop_column("offerings", "filters")
    op.drop_column("offerings", "skill_levels")
    op.drop_table("review_service_totals")
    op.drop_table("review_totals")
    op.drop_table("reviews")
    op.execute("DELETE FROM deliveries WHERE template = 'review_published'")
    _only("deliveries", "template", TEMPLATES_BEFORE)
    known = ", ".join(f"'{name}'" for name in PERMISSIONS_BEFORE)
    op.execute(f"DELETE FROM permission_overrides WHERE permission NOT IN ({known})")
    _only("permission_overrides", "permission", PERMISSIONS_BEFORE)


def _only(table: str, column: str, values: tuple[str, ...]) -> None:
    """Let a column hold these values and no others."""
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")
