"""The demo world: the same every time, true to the product's rules, with its incidents in it."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from devstack import seed
from devstack.seeding.world import HISTORY_DAYS, PASSWORD
from instainstru_core import runtime as composition
from instainstru_core.domains.access.policy import digest_of
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.catalog import policy
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.reviews.policy import rules, words
from instainstru_core.domains.reviews.types import ReviewState
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.schemas import SearchInstructors
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.passwords import HASHER
from instainstru_core.kernel.safety import DatabaseProtected, Tier
from instainstru_core.kernel.settings import Settings
from tests.databases import ServerUrls, clone
from tests.patience import PATIENCE_SECONDS

TODAY = date(2026, 6, 15)
INSTRUCTORS = 40
CLIENT = ("demo-client", "a-secret-of-the-demo-client")


class Database:
    """A seeded database and the ways a test asks it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.report = seed.run(url, instructors=INSTRUCTORS, today=TODAY, client=CLIENT)

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        plain = make_url(self.url).set(drivername="postgresql")
        with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
            return connection.execute(statement.encode(), parameters).fetchall()

    def value(self, statement: str, *parameters: object) -> Any:
        [[value]] = self.rows(statement, *parameters)
        return value


@contextmanager
def seeded(servers: ServerUrls) -> Generator[Database]:
    with clone(servers) as url:
        yield Database(url)


@pytest.fixture(scope="module")
def database(servers: ServerUrls) -> Iterator[Database]:
    with seeded(servers) as database:
        yield database


def contents(database: Database) -> dict[str, str]:
    """A digest of every table; password hashes are salted and left out."""
    tables = database.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s",
        "spatial_ref_sys",
    )
    return {
        table: database.value(
            "SELECT md5(coalesce(string_agg((to_jsonb(t) - 'password_hash')::text, ','"
            f" ORDER BY (to_jsonb(t) - 'password_hash')::text), '')) FROM {table} t"
        )
        for (table,) in tables
    }


class TestWorld:
    def test_is_the_same_every_time(self, servers: ServerUrls, database: Database) -> None:
        with seeded(servers) as again:
            assert contents(again) == contents(database)

    def test_is_found_by_who_searches_whatever_was_there_before(
        self, database: Database, settings: Settings, servers: ServerUrls
    ) -> None:
        known = settings.model_copy(update={"database_url": SecretStr(database.url)})
        runtime = composition.build(known)
        wish = finding.wish_of(runtime.finder, SearchInstructors(q="piano"))
        deadline = Deadline.within(PATIENCE_SECONDS)
        found = finding.found(runtime.finder, SYSTEM, wish, deadline=deadline).view
        runtime.close()
        assert found.total > 0
        assert {one.service_slug for one in found.items} == {"piano"}
        version = "SELECT version FROM search_feed"
        with clone(servers) as untouched:
            plain = make_url(untouched).set(drivername="postgresql")
            with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
                before = connection.execute(version).fetchone()
        assert before is not None
        assert database.value(version) > before[0]

    def test_is_known_again_by_its_size_and_day(self, database: Database) -> None:
        assert seed.is_seeded(database.url, INSTRUCTORS, TODAY)
        assert not seed.is_seeded(database.url, INSTRUCTORS + 1, TODAY)
        assert not seed.is_seeded(database.url, INSTRUCTORS, TODAY + timedelta(days=1))

    def test_holds_what_the_report_says(self, database: Database) -> None:
        report = database.report
        assert (
            report.instructors == INSTRUCTORS == database.value("SELECT count(*) FROM instructors")
        )
        assert report.students == database.value(
            "SELECT count(*) FROM role_grants WHERE role = 'student'"
        )
        assert report.bookings == database.value("SELECT count(*) FROM bookings")
        assert report.searches == database.value("SELECT count(*) FROM search_queries")
        assert report.availability_days == database.value("SELECT count(*) FROM availability_days")

    def test_has_as_many_people_and_lessons_as_its_size_asks(self, database: Database) -> None:
        report = database.report
        assert report.students == 293
        assert report.bookings >= 25_000 * INSTRUCTORS // 300
        assert report.searches >= 60_000 * INSTRUCTORS // 300

    def test_reaches_two_years_back_and_no_instant_ahead_of_now(self, database: Database) -> None:
        first, last = database.rows("SELECT min(at), max(at) FROM search_queries")[0]
        assert first.date() <= TODAY - timedelta(days=HISTORY_DAYS - 20)
        assert last.date() <= TODAY
        latest = "2026-06-15T16:00Z"
        for column in ("created_at", "cancelled_at", "completed_at"):
            assert not database.value(
                f"SELECT count(*) FROM bookings WHERE {column} > %s::timestamptz", latest
            )

    def test_lays_out_twelve_weeks_for_who_has_something_to_teach(self, database: Database) -> None:
        assert database.rows("SELECT min(day), max(day) FROM availability_days") == [
            (TODAY, seed.horizon(TODAY))
        ]
        assert seed.horizon(TODAY) == TODAY + timedelta(days=83)
        assert database.value("SELECT count(DISTINCT instructor_id) FROM availability_days") == (
            database.value("SELECT count(DISTINCT instructor_id) FROM offerings")
        )

    def test_keeps_some_hours_for_formats_and_some_days_free_where_nothing_is_booked(
        self, database: Database
    ) -> None:
        tagged = database.rows(
            "SELECT instructor_id, day, bits, tags FROM availability_days WHERE tags IS NOT NULL"
        )
        away = database.rows("SELECT instructor_id, day FROM availability_blackouts")
        assert len({who for who, *_ in tagged}) >= 2
        assert len({who for who, _ in away}) >= 2
        for _, _, bits, tags in tagged:
            low, high = (int.from_bytes(plane, "little") for plane in (tags[:180], tags[180:]))
            assert low | high
            assert (low | high) & ~int.from_bytes(bits, "little") == 0
        booked = database.rows(
            "SELECT instructor_id, (lower(span) AT TIME ZONE 'America/New_York')::date"
            " FROM occupied_times WHERE upper(span) > '2026-06-15T16:00Z'"
        )
        assert not {(who, day) for who, day, *_ in [*tagged, *away]} & set(booked)

    def test_everybody_signs_in_with_the_one_demo_password(self, database: Database) -> None:
        [[shared]] = database.rows("SELECT DISTINCT password_hash FROM users")
        assert HASHER.verify(shared, PASSWORD)

    def test_those_who_were_invited_have_proven_their_address(self, database: Database) -> None:
        assert database.rows(
            "SELECT DISTINCT role, email_proven_at IS NOT NULL FROM users"
            " JOIN role_grants ON user_id = users.id ORDER BY role"
        ) == [("admin", False), ("instructor", True), ("student", False)]

    def test_registers_the_service_client(self, database: Database) -> None:
        assert database.rows("SELECT client_id, secret_digest, scopes FROM service_clients") == [
            (
                CLIENT[0],
                digest_of(CLIENT[1]),
                ["mcp:comms", "mcp:money", "mcp:read", "mcp:write"],
            )
        ]

    def test_refuses_a_database_that_keeps_its_data(self, database: Database) -> None:
        with pytest.raises(DatabaseProtected):
            seed.run(database.url, instructors=1, tier=Tier.STG)
        with pytest.raises(DatabaseProtected, match="says INT"):
            seed.run(database.url, instructors=1, tier=Tier.STG, agreed=True)
        assert database.value("SELECT count(*) FROM instructors") == INSTRUCTORS


class TestRules:
    def test_no_reference_points_nowhere(self, database: Database) -> None:
        """The rows were written without the row-by-row check, so all of them are looked at."""
        references = database.rows(
            "SELECT conrelid::regclass::text, confrelid::regclass::text, a.attname, b.attname"
            " FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]"
            " WHERE c.contype = 'f' AND cardinality(c.conkey) = 1"
        )
        assert references
        lost = {
            (table, column): database.value(
                f"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL"
                f" AND NOT EXISTS (SELECT FROM {other} o WHERE o.{key} = t.{column})"
            )
            for table, other, column, key in references
        }
        assert {where for where, count in lost.items() if count} == set()

    def test_money_adds_up_to_the_cent(self, database: Database) -> None:
        """Half-up shares of the rounded lesson price, said again in SQL."""
        assert (
            database.rows(
                """
            SELECT id FROM bookings
            WHERE lesson_price_cents <> round(hourly_rate_cents * duration_minutes / 60.0)
               OR student_fee_cents <> round(lesson_price_cents * 0.12)
               OR instructor_fee_cents <> round(lesson_price_cents * instructor_fee_rate)
               OR total_cents <> lesson_price_cents + student_fee_cents
               OR payout_cents <> lesson_price_cents - instructor_fee_cents
               OR instructor_fee_rate <> CASE instructor_tier WHEN 'founding' THEN 0.08
                   WHEN 'entry' THEN 0.15 WHEN 'growth' THEN 0.12 WHEN 'pro' THEN 0.10 END
               OR hourly_rate_cents < CASE format WHEN 'online' THEN 6000 ELSE 8000 END
            """
            )
            == []
        )

    def test_prices_are_those_of_the_offering(self, database: Database) -> None:
        assert not database.value(
            "SELECT count(*) FROM bookings b WHERE NOT EXISTS (SELECT FROM offering_prices p"
            " WHERE p.offering_id = b.offering_id AND p.format = b.format"
            " AND p.hourly_rate_cents = b.hourly_rate_cents)"
        )

    def test_who_is_founding_and_only_who_is_pays_the_founding_fee(
        self, database: Database
    ) -> None:
        assert not database.value(
            "SELECT count(*) FROM bookings b JOIN instructors i ON i.id = b.instructor_id"
            " WHERE (b.instructor_tier = 'founding') <> i.is_founding"
        )

    def test_five_lessons_in_thirty_days_are_priced_as_growth_and_eleven_as_pro(
        self, database: Database
    ) -> None:
        """A lesson never costs more than what was taught before it has earned."""
        assert not database.value(
            """
            SELECT count(*) FROM bookings b JOIN LATERAL (
                SELECT count(*) AS taught FROM bookings c
                WHERE c.instructor_id = b.instructor_id AND c.completed_at <= b.created_at
                  AND c.completed_at >= b.created_at - interval '30 days') before ON true
            WHERE b.instructor_tier <> 'founding'
              AND (before.taught >= 10 AND b.instructor_tier <> 'pro'
                   OR before.taught >= 4 AND b.instructor_tier = 'entry')
            """
        )

    def test_nobody_is_at_two_places_at_once(self, database: Database) -> None:
        for side in ("instructor_id", "student_id"):
            assert not database.value(
                f"SELECT count(*) FROM bookings a JOIN bookings b ON a.{side} = b.{side}"
                " AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
                " WHERE a.status <> 'CANCELLED' AND b.status <> 'CANCELLED'"
            )

    def test_a_coming_lesson_occupies_its_time_under_its_reference(
        self, database: Database
    ) -> None:
        standing = database.rows(
            "SELECT 'booking:' || id, tstzrange(starts_at, ends_at) FROM bookings"
            " WHERE status <> 'CANCELLED' AND ends_at > '2026-06-13T16:00Z' ORDER BY id"
        )
        assert standing
        assert standing == database.rows(
            "SELECT reference, span FROM occupied_times ORDER BY chain_id"
        )

    def test_a_lesson_is_completed_when_it_ends(self, database: Database) -> None:
        assert not database.value(
            "SELECT count(*) FROM bookings WHERE"
            " (status = 'COMPLETED') <> (completed_at IS NOT NULL) OR completed_at <> ends_at"
        )

    def test_a_lesson_follows_its_booking_and_its_instructor_going_live(
        self, database: Database
    ) -> None:
        assert not database.value(
            "SELECT count(*) FROM bookings b JOIN instructors i ON i.id = b.instructor_id"
            " JOIN users s ON s.id = b.student_id WHERE b.created_at > b.starts_at"
            " OR b.created_at < i.first_live_at OR b.created_at < s.created_at"
        )

    def test_whoever_teaches_at_a_students_home_travels_there(self, database: Database) -> None:
        assert not database.value(
            "SELECT count(*) FROM bookings b WHERE b.format = 'student_location'"
            " AND NOT EXISTS (SELECT FROM service_areas a"
            " WHERE a.instructor_id = b.instructor_id AND a.area_key = b.area_key)"
        )

    def test_a_teaching_place_is_shown_somewhere_near(self, database: Database) -> None:
        assert database.value("SELECT count(*) FROM teaching_places") > 5
        assert not database.value(
            "SELECT count(*) FROM teaching_places WHERE ST_DistanceSphere("
            "ST_MakePoint(longitude, latitude),"
            " ST_MakePoint(approximate_longitude, approximate_latitude)) NOT BETWEEN 140 AND 310"
        )


class TestIncidents:
    """Each in proportion to the size of the world; docs/demo.md has the figures of 300."""

    def test_the_subway_outage_cancelled_a_day_of_lessons(self, database: Database) -> None:
        found = database.rows(
            "SELECT DISTINCT lesson_day, cancelled_by, status, starts_at - cancelled_at"
            " FROM bookings WHERE cancellation_reason = 'No trains: subway outage'"
        )
        day = TODAY - timedelta(days=9)
        assert found == [(day, "instructor", "CANCELLED", timedelta(hours=1))]

    def test_bagpipes_are_wanted_and_not_found(self, database: Database) -> None:
        assert (
            database.rows(
                "SELECT normalized_text, count(*) FROM search_queries WHERE result_count = 0"
                " AND at > '2026-06-05T16:00Z' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
            )[0][0]
            == "bagpipes"
        )

    def test_nobody_teaches_mandarin_in_riverdale(self, database: Database) -> None:
        riverdale = "nyc-bronx-riverdale-spuyten-duyvil"
        wanted = "SELECT count(*), sum(result_count) FROM search_queries WHERE text = %s"
        assert database.rows(wanted, "mandarin tutor in riverdale") == [(12, 0)]
        assert not database.value(
            "SELECT count(*) FROM service_areas a JOIN offerings o USING (instructor_id)"
            " JOIN services s ON s.id = o.service_id"
            " WHERE s.slug = 'mandarin' AND a.area_key = %s",
            riverdale,
        )

    def test_some_wrote_a_profile_weeks_ago_and_never_set_up_a_service(
        self, database: Database
    ) -> None:
        stuck = """
            SELECT count(*) FROM instructors i WHERE i.bio IS NOT NULL
              AND i.created_at < '2026-05-25T16:00Z'
              AND NOT EXISTS (SELECT FROM offerings o WHERE o.instructor_id = i.id)
              AND (SELECT array_agg(milestone ORDER BY occurred_at) FROM lifecycle_events e
                   WHERE e.instructor_id = i.id) = '{registered,profile_submitted}'
        """
        assert database.value(stuck) >= 2

    def test_nobody_is_live_without_every_step_and_a_clear_check(self, database: Database) -> None:
        assert database.value("SELECT count(*) FROM instructors WHERE is_live") > 0
        assert not database.value(
            """
            SELECT count(*) FROM instructors i WHERE first_live_at IS NOT NULL AND NOT (
              (SELECT count(DISTINCT milestone) FROM lifecycle_events e
               WHERE e.instructor_id = i.id AND milestone NOT IN ('paused', 'reactivated')) = 7
              AND EXISTS (SELECT FROM background_checks c WHERE c.user_id = i.id
                AND c.status = 'clear' AND c.completed_at < i.first_live_at)
              AND EXISTS (SELECT FROM background_checks c WHERE c.user_id = i.id
                AND c.status = 'clear' AND c.valid_until > '2026-06-15T16:00Z')
              AND EXISTS (SELECT FROM connect_accounts a WHERE a.instructor_id = i.id
                AND a.onboarded_at < i.first_live_at))
            """
        )
        assert database.value(
            "SELECT count(DISTINCT status) FROM background_checks WHERE status <> 'clear'"
        )

    def test_the_founding_program_is_promised_beyond_its_end(self, database: Database) -> None:
        taken = database.value("SELECT count(*) FROM founding_slots")
        assert taken == 13
        assert database.value("SELECT max(number) FROM founding_slots") == taken
        assert (
            database.value(
                "SELECT count(*) FROM invites WHERE grants_founding AND used_at IS NULL"
                " AND expires_at > '2026-06-15T16:00Z'"
            )
            == 9
        )

    def test_a_star_paused_with_lessons_ahead(self, database: Database) -> None:
        [(lessons,)] = database.rows(
            "SELECT count(b.id) FROM instructors i"
            " JOIN lifecycle_events e ON e.instructor_id = i.id"
            " JOIN bookings b ON b.instructor_id = i.id WHERE NOT i.is_live"
            " AND e.milestone = 'paused' AND e.occurred_at = '2026-06-14T20:00Z'"
            " AND b.status = 'CONFIRMED' AND b.starts_at > '2026-06-15T16:00Z'"
        )
        most = database.value(
            "SELECT max(ahead) FROM (SELECT count(*) AS ahead FROM bookings"
            " JOIN instructors i ON i.id = instructor_id WHERE status = 'CONFIRMED'"
            " AND starts_at > '2026-06-15T16:00Z' AND i.is_live GROUP BY instructor_id) one"
        )
        assert lessons >= max(1, most)

    def test_one_student_cancelled_eight_lessons_at_the_last_moment(
        self, database: Database
    ) -> None:
        [(count, first, last)] = database.rows(
            "SELECT count(*), min(lesson_day), max(lesson_day) FROM bookings"
            " WHERE cancelled_by = 'student' AND starts_at - cancelled_at = interval '2 hours'"
            " AND cancellation_reason = 'Changed my mind' GROUP BY student_id"
        )
        assert count == 8
        assert TODAY - timedelta(days=14) <= first < last < TODAY

    def test_the_tier_evaluation_failed_three_nights(self, database: Database) -> None:
        nights = "SELECT DISTINCT started_at::date FROM task_executions WHERE task_name = %s"
        assert database.rows(
            f"{nights} AND state = 'failed' ORDER BY 1", "bookings.evaluate_tiers"
        ) == [(TODAY - timedelta(days=back),) for back in (2, 1, 0)]
        assert database.value("SELECT max(evaluated_at)::date FROM instructor_tiers") == (
            TODAY - timedelta(days=3)
        )

    def test_thirty_invites_expire_within_two_days(self, database: Database) -> None:
        assert (
            database.value(
                "SELECT count(*) FROM invites WHERE used_at IS NULL AND NOT grants_founding"
                " AND expires_at BETWEEN '2026-06-15T16:00Z' AND '2026-06-17T16:00Z'"
            )
            == 30
        )

    def test_three_people_are_called_maya_chen(self, database: Database) -> None:
        assert database.rows(
            "SELECT role, count(*) FROM users JOIN role_grants ON user_id = id"
            " WHERE first_name = 'Maya' AND last_name = 'Chen' GROUP BY 1 ORDER BY 1"
        ) == [("instructor", 2), ("student", 1)]


class TestReviews:
    def test_are_as_the_product_takes_them(self, database: Database) -> None:
        found = database.rows(
            "SELECT b.status, b.completed_at, r.written_at, r.text, r.response, r.responded_at"
            " FROM reviews r JOIN bookings b ON b.id = r.booking_id AND b.student_id = r.student_id"
            " AND b.instructor_id = r.instructor_id AND b.service_id = r.service_id"
        )
        assert len(found) == database.value("SELECT count(*) FROM reviews")
        assert len(found) > database.report.bookings / 4
        for status, completed_at, written_at, text, response, responded_at in found:
            verdict = rules.may_review(BookingStatus(status), completed_at, written_at)
            assert verdict is rules.Verdict.ALLOWED
            assert responded_at is None or responded_at >= written_at
            for said in (text, response):
                if said is not None:
                    assert words.cleaned(said) == said
                    assert words.judge(said) is words.WordsVerdict.FINE

    def test_are_counted_as_the_product_counts_them(self, database: Database) -> None:
        assert (
            database.value(
                "SELECT count(*) FROM (SELECT instructor_id, count(*), sum(stars) FROM reviews"
                " WHERE state = 'published' GROUP BY instructor_id"
                " EXCEPT SELECT instructor_id, count, star_sum FROM review_totals) AS missing"
            )
            == 0
        )
        mean, least, most = database.rows(
            "SELECT sum(star_sum) / sum(count)::float, min(star_sum / count::float),"
            " max(star_sum / count::float) FROM review_totals WHERE count >= 10"
        )[0]
        assert 4.2 < mean < 4.8
        assert least < mean - 0.3
        assert most > mean + 0.1
        assert {state for (state,) in database.rows("SELECT DISTINCT state FROM reviews")} == {
            state.value for state in ReviewState
        }


class TestOfferings:
    def test_say_only_what_the_catalog_knows(self, database: Database) -> None:
        found = database.rows(
            "SELECT c.slug, b.slug, o.skill_levels, o.filters FROM offerings o"
            " JOIN services s ON s.id = o.service_id JOIN subcategories b"
            " ON b.id = s.subcategory_id JOIN categories c ON c.id = b.category_id"
        )
        assert all(levels for _, _, levels, _ in found)
        assert sum(bool(filters) for *_, filters in found) > len(found) / 2
        for top, group, levels, filters in found:
            known = catalog.filter_definitions(top, group)
            assert policy.misfits(filters | {"skill_level": levels}, known) == []
