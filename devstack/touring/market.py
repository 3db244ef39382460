"""Questions about what people want and who can teach it. The SQL is written for the tour alone."""

from datetime import date, datetime, timedelta

import psycopg

from devstack.touring.stop import Facts, Reply, Stop, mapped, named, one
from instainstru_core.kernel.time import local_day

SEARCHED = """
SELECT normalized_text, count(*) FROM search_queries
WHERE (at AT TIME ZONE 'America/New_York')::date BETWEEN %s AND %s AND result_count <= %s
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5
"""
SEARCH_TOTALS = """
SELECT count(*), count(*) FILTER (WHERE result_count = 0), count(DISTINCT person),
       count(DISTINCT person) FILTER (
           WHERE id IN (SELECT search_id FROM search_clicks WHERE action = 'book'))
FROM search_queries WHERE (at AT TIME ZONE 'America/New_York')::date BETWEEN %s AND %s
"""
BOROUGHS = """
SELECT a.borough, count(DISTINCT i.id) FILTER (WHERE i.is_live)
FROM display_areas a
LEFT JOIN service_areas s ON s.area_key = a.key
LEFT JOIN teaching_places p ON p.area_key = a.key
LEFT JOIN instructors i ON i.id IN (s.instructor_id, p.instructor_id)
GROUP BY a.borough
"""
TAUGHT = """
SELECT s.slug, count(i.id) FROM services s
LEFT JOIN offerings o ON o.service_id = s.id AND o.is_active
LEFT JOIN instructors i ON i.id = o.instructor_id AND i.is_live
WHERE 'chinese' = ANY (s.synonyms) GROUP BY s.slug
"""
MANDARIN_IN_RIVERDALE = """
SELECT count(*) FROM instructors i
WHERE i.is_live
  AND EXISTS (SELECT FROM offerings o JOIN services s ON s.id = o.service_id
              WHERE o.instructor_id = i.id AND o.is_active AND s.slug = 'mandarin')
  AND 'nyc-bronx-riverdale-spuyten-duyvil' IN (
      SELECT area_key FROM service_areas WHERE instructor_id = i.id
      UNION SELECT area_key FROM teaching_places WHERE instructor_id = i.id)
"""
CATALOGUE = """
SELECT c.slug, count(DISTINCT s.id) FROM categories c
JOIN subcategories b ON b.category_id = c.id
JOIN services s ON s.subcategory_id = b.id AND s.is_active GROUP BY c.slug
"""
STUCK = """
SELECT count(*), max(i.id) FROM instructors i
WHERE i.first_live_at IS NULL AND NOT i.is_live
  AND NOT EXISTS (SELECT FROM offerings o WHERE o.instructor_id = i.id AND o.is_active)
"""
PAUSED_STAR = """
SELECT i.id, u.first_name, count(*) AS ahead FROM instructors i
JOIN users u ON u.id = i.id
JOIN lifecycle_events e ON e.instructor_id = i.id AND e.milestone = 'paused'
JOIN bookings b ON b.instructor_id = i.id AND b.status = 'CONFIRMED' AND b.starts_at > %s
WHERE NOT i.is_live AND e.occurred_at > %s::timestamptz - interval '2 days'
GROUP BY i.id, u.first_name ORDER BY ahead DESC, i.id LIMIT 1
"""
TEACHING = """
SELECT count(*) FILTER (WHERE status = 'CONFIRMED' AND starts_at > %s),
       count(*) FILTER (WHERE status = 'COMPLETED')
FROM bookings WHERE instructor_id = %s
"""
EARNED = """
SELECT coalesce(-sum(e.cents), 0)::bigint
FROM ledger_entries e JOIN journals j ON j.id = e.journal_id
WHERE e.owner_id = %s AND e.account IN ('instructor_payable', 'tips_payable')
  AND j.fact NOT LIKE 'transfer%%'
"""
PLACES = 4
"""Shares are told to four places."""


def stops(connection: psycopg.Connection, now: datetime) -> list[Stop]:
    """The questions of this moment."""
    return [*_about_wishes(local_day(now)), *_about_supply(), *_about_people(connection, now)]


def _about_wishes(today: date) -> list[Stop]:
    return [
        Stop(
            question="What did people look for in vain in the last 14 days?",
            tool="search_zero_results",
            arguments={"window": "last 14 days", "limit": 5},
            tell=_in_vain,
            claims=lambda reply: _wishes(reply) | {"rate": reply["data"]["zero_result_rate"]},
            truth=lambda asked: _wishes_truth(asked, today, days=14, in_vain=True),
        ),
        Stop(
            question="What is searched for most, and does it lead to bookings?",
            tool="search_top_queries",
            arguments={"window": "last 30 days", "limit": 5},
            tell=_wanted,
            claims=lambda reply: _wishes(reply) | {"rate": reply["data"]["conversion"]},
            truth=lambda asked: _wishes_truth(asked, today, days=30, in_vain=False),
        ),
    ]


def _about_supply() -> list[Stop]:
    return [
        Stop(
            question='A family asks for a "chinese tutor". What do they mean, and who teaches it?',
            tool="service_lookup",
            arguments={"query": "chinese tutor", "limit": 2},
            tell=_services,
            claims=lambda reply: {
                match["slug"]: match["live_instructors"] for match in reply["data"]["matches"]
            },
            truth=lambda asked: mapped(asked, TAUGHT),
        ),
        Stop(
            question="Families ask for Mandarin in Riverdale. Who could go there?",
            tool="instructors_list",
            arguments={"service": "mandarin", "area": "Riverdale", "status": "live"},
            tell=lambda reply: f"{reply['total'] or 'Nobody'}",
            claims=lambda reply: {"people": reply["total"]},
            truth=lambda asked: {"people": one(asked, MANDARIN_IN_RIVERDALE)[0]},
        ),
        Stop(
            question="In which borough are we weakest?",
            tool="instructors_coverage",
            arguments={"group_by": "borough", "order": "least"},
            tell=lambda reply: ", ".join(
                f"{row['name']} {row['instructors']}" for row in reply["data"]["groups"]
            ),
            claims=lambda reply: {
                row["key"]: row["instructors"] for row in reply["data"]["groups"]
            },
            truth=lambda asked: mapped(asked, BOROUGHS),
        ),
        Stop(
            question="How large is the catalogue?",
            tool="services_catalog",
            arguments={"limit": 1},
            tell=lambda reply: (
                f"{reply['total']} services in {len(reply['data']['categories'])} categories"
            ),
            claims=lambda reply: {
                row["slug"]: row["services"] for row in reply["data"]["categories"]
            },
            truth=lambda asked: mapped(asked, CATALOGUE),
        ),
    ]


def _about_people(connection: psycopg.Connection, now: datetime) -> list[Stop]:
    star_id, star, _ = one(connection, PAUSED_STAR, now, now)
    return [
        Stop(
            question="Who registered to teach and never set up a service?",
            tool="instructors_list",
            arguments={"status": "registered", "limit": 3},
            tell=lambda reply: f"{reply['total']} people, lately {_names(reply)}",
            claims=lambda reply: {
                "people": reply["total"],
                "newest": reply["data"]["instructors"][0]["instructor_id"],
            },
            truth=lambda asked: named(("people", "newest"), one(asked, STUCK)),
        ),
        Stop(
            question=f"Our busiest teacher, {star}, paused yesterday. What stands to be lost?",
            tool="instructors_detail",
            arguments={"instructor": star_id},
            tell=_star,
            claims=_star_claims,
            truth=lambda asked: _star_truth(asked, star_id, now),
        ),
    ]


def _wishes(reply: Reply) -> Facts:
    return {row["query"]: row["searches"] for row in reply["data"]["queries"]}


def _wishes_truth(asked: psycopg.Connection, today: date, *, days: int, in_vain: bool) -> Facts:
    first = today - timedelta(days=days - 1)
    most = 0 if in_vain else 1_000_000
    every, nothing, people, booked = one(asked, SEARCH_TOTALS, first, today)
    rate = round(nothing / every if in_vain else booked / people, PLACES)
    return mapped(asked, SEARCHED, first, today, most) | {"rate": rate}


def _in_vain(reply: Reply) -> str:
    wishes = [f"{row['query']} ({row['searches']})" for row in reply["data"]["queries"][:3]]
    return f"{', '.join(wishes)}; {reply['data']['zero_result_rate']:.0%} of all searches"


def _wanted(reply: Reply) -> str:
    wishes = [f"{row['query']} ({row['searches']})" for row in reply["data"]["queries"][:3]]
    return f"{', '.join(wishes)}; {reply['data']['conversion']:.1%} of all searches are booked"


def _services(reply: Reply) -> str:
    return ", ".join(
        f"{match['name']} ({match['live_instructors']} live)" for match in reply["data"]["matches"]
    )


def _names(reply: Reply) -> str:
    return ", ".join(row["name"] for row in reply["data"]["instructors"])


def _star(reply: Reply) -> str:
    found = reply["data"]["instructor"]
    figures = found["figures"]
    return (
        f"{found['name']} is {found['status']}: {figures['upcoming']} lessons ahead,"
        f" {figures['completed']} taught"
    )


def _star_claims(reply: Reply) -> Facts:
    found = reply["data"]["instructor"]
    figures = found["figures"]
    return {
        "status": found["status"],
        "ahead": figures["upcoming"],
        "taught": figures["completed"],
        "earned": figures["earned_cents"],
    }


def _star_truth(asked: psycopg.Connection, star_id: str, now: datetime) -> Facts:
    ahead, taught = one(asked, TEACHING, now, star_id)
    (earned,) = one(asked, EARNED, star_id)
    return {"status": "paused", "ahead": ahead, "taught": taught, "earned": earned}
