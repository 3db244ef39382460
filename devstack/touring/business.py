"""Questions about lessons and people. The SQL is written for the tour alone."""

from datetime import date, datetime, timedelta

import psycopg

from devstack.touring.stop import Facts, Reply, Stop, dollars, named, one
from instainstru_core.kernel.time import local_day

LESSONS = """
SELECT count(*),
       count(*) FILTER (WHERE status = 'CANCELLED'),
       coalesce(sum(lesson_price_cents) FILTER (WHERE status IN ('CONFIRMED', 'COMPLETED')), 0),
       coalesce(sum(student_fee_cents + instructor_fee_cents)
                FILTER (WHERE status IN ('CONFIRMED', 'COMPLETED')), 0)
FROM bookings
WHERE (starts_at AT TIME ZONE 'America/New_York')::date BETWEEN %s AND %s
"""
NEW_STUDENTS = """
SELECT count(*) FROM (
    SELECT min((starts_at AT TIME ZONE 'America/New_York')::date) AS first_day FROM bookings
    WHERE status NOT IN ('CANCELLED', 'PAYMENT_FAILED') GROUP BY student_id) AS students
WHERE first_day BETWEEN %s AND %s
"""
CANCELLED = """
SELECT count(*), (array_agg(id ORDER BY created_at DESC, id DESC))[1:5] FROM bookings
WHERE status = 'CANCELLED'
  AND (created_at AT TIME ZONE 'America/New_York')::date BETWEEN %s AND %s
"""
LAST_MINUTE_CANCELLER = """
SELECT u.email, u.first_name, u.id FROM bookings b JOIN users u ON u.id = b.student_id
WHERE b.cancelled_by = 'student' AND b.starts_at - b.cancelled_at < interval '3 hours'
  AND b.lesson_day > %s
GROUP BY u.id ORDER BY count(*) DESC, u.id LIMIT 1
"""
HISTORY = """
SELECT count(*), count(*) FILTER (WHERE status = 'CANCELLED'),
       (array_agg(id ORDER BY starts_at DESC, id DESC))[1]
FROM bookings WHERE student_id = %s
"""
NAMESAKES = """
SELECT array_agg(u.id || ' ' || g.role ORDER BY u.id)
FROM users u JOIN role_grants g ON g.user_id = u.id
WHERE u.first_name = 'Maya' AND u.last_name = 'Chen'
"""


def stops(connection: psycopg.Connection, now: datetime) -> list[Stop]:
    """The questions of this moment."""
    return [*_about_lessons(local_day(now)), *_about_people(connection, local_day(now))]


def _about_lessons(today: date) -> list[Stop]:
    outage = today - timedelta(days=9)
    return [
        Stop(
            question="How did the last seven days go, beside the seven before?",
            tool="bookings_summary",
            arguments={"window": "last 7 days"},
            tell=_week,
            claims=_week_claims,
            truth=lambda asked: _week_truth(asked, today),
        ),
        Stop(
            question=f"Something went wrong on {outage:%B} {outage.day}. How bad was it?",
            tool="bookings_summary",
            arguments={"window": outage.isoformat()},
            tell=lambda reply: (
                f"{_cancelled(reply)} of {reply['data']['lessons']} lessons were cancelled"
            ),
            claims=lambda reply: {
                "lessons": reply["data"]["lessons"],
                "cancelled": _cancelled(reply),
            },
            truth=lambda asked: named(
                ("lessons", "cancelled"), one(asked, LESSONS, outage, outage)[:2]
            ),
        ),
        Stop(
            question="Which bookings of the last 14 days are cancelled?",
            tool="bookings_recent",
            arguments={"window": "last 14 days", "status": "CANCELLED", "limit": 5},
            tell=lambda reply: f"{reply['total']}, the newest is {_newest(reply)}",
            claims=lambda reply: {
                "total": reply["total"],
                "newest": [row["booking_id"] for row in reply["data"]["bookings"]],
            },
            truth=lambda asked: named(
                ("total", "newest"), one(asked, CANCELLED, today - timedelta(days=13), today)
            ),
        ),
    ]


def _about_people(connection: psycopg.Connection, today: date) -> list[Stop]:
    fortnight = today - timedelta(days=14)
    email, first_name, student_id = one(connection, LAST_MINUTE_CANCELLER, fortnight)
    return [
        Stop(
            question=f"Teachers complain about {first_name}. How often was it cancelled?",
            tool="users_booking_history",
            arguments={"user": email, "side": "student", "limit": 5},
            tell=_history,
            claims=_history_claims,
            truth=lambda asked: named(
                ("lessons", "cancelled", "latest"), one(asked, HISTORY, student_id)
            ),
        ),
        Stop(
            question="Maya Chen is on the phone. Who is that?",
            tool="users_lookup",
            arguments={"identifier": "Maya Chen"},
            tell=_namesakes,
            claims=lambda reply: {
                "people": sorted(
                    f"{person['user_id']} {role}"
                    for person in reply["data"]["people"]
                    for role in person["roles"]
                    if person["name"] == "Maya Chen"
                )
            },
            truth=lambda asked: {"people": one(asked, NAMESAKES)[0]},
        ),
    ]


def _week(reply: Reply) -> str:
    data = reply["data"]
    change = data["previous"]["gmv_change"]
    beside = "" if change is None else f", {change:+.0%} on the week before"
    top = data["top_categories"][0]["category"] if data["top_categories"] else "nothing"
    return (
        f"{dollars(data['gmv_cents'])} in {data['lessons']} lessons{beside};"
        f" {data['new_students']} new students; {top} leads"
    )


def _week_claims(reply: Reply) -> Facts:
    data = reply["data"]
    return {
        "lessons": data["lessons"],
        "cancelled": _cancelled(reply),
        "GMV": data["gmv_cents"],
        "fees": data["platform_fees_cents"],
        "GMV before": data["previous"]["gmv_cents"],
        "new students": data["new_students"],
    }


def _week_truth(asked: psycopg.Connection, today: date) -> Facts:
    first = today - timedelta(days=6)
    lessons, cancelled, gmv, fees = one(asked, LESSONS, first, today)
    before = one(asked, LESSONS, first - timedelta(days=7), first - timedelta(days=1))
    return {
        "lessons": lessons,
        "cancelled": cancelled,
        "GMV": gmv,
        "fees": fees,
        "GMV before": before[2],
        "new students": one(asked, NEW_STUDENTS, first, today)[0],
    }


def _cancelled(reply: Reply) -> int:
    found: int = reply["data"]["by_status"]["CANCELLED"]
    return found


def _newest(reply: Reply) -> str:
    row = reply["data"]["bookings"][0]
    return f"{row['service']} with {row['instructor']} on {row['lesson_day']}"


def _history(reply: Reply) -> str:
    figures = reply["data"]["as_student"]
    cancelled = figures["by_status"]["CANCELLED"]
    return f"{reply['data']['name']}: {cancelled} of {figures['lessons']} lessons"


def _history_claims(reply: Reply) -> Facts:
    data = reply["data"]
    return {
        "lessons": data["as_student"]["lessons"],
        "cancelled": data["as_student"]["by_status"]["CANCELLED"],
        "latest": data["bookings"][0]["booking_id"],
    }


def _namesakes(reply: Reply) -> str:
    people = [
        f"{' and '.join(person['roles'])} {person['email']}" for person in reply["data"]["people"]
    ]
    return f"{reply['data']['found']} people: {', '.join(people)}"
