"""Questions about money and how its jobs keep up. The SQL reads other tables than the tools."""

from datetime import datetime, timedelta

import psycopg

from devstack.touring.stop import Facts, Reply, Stop, dollars, named, one
from instainstru_core.kernel.time import local_day

DAY = "(%s AT TIME ZONE 'America/New_York')::date"
MOVED = f"""
SELECT (SELECT coalesce(sum(captured_cents), 0) FROM charges
        WHERE {DAY % "captured_at"} = %s),
    (SELECT coalesce(sum(fee_cents), 0) FROM charges
        WHERE {DAY % "captured_at"} = %s),
    (SELECT coalesce(sum(cents), 0) FROM refunds WHERE {DAY % "refunded_at"} = %s),
    (SELECT coalesce(sum(cents), 0) FROM transfers WHERE {DAY % "transferred_at"} = %s)
      - (SELECT coalesce(sum((request ->> 'cents')::int), 0) FROM payment_commands
         WHERE action = 'reverse' AND state = 'confirmed' AND {DAY % "finished_at"} = %s)
"""  # noqa: S608 - put together from constants
WAITING = """
SELECT coalesce(sum(cents), 0), count(*) FROM (
    SELECT instructor_id, sum(cents) AS cents FROM (
        SELECT instructor_id, owed_cents - paid_cents AS cents FROM lesson_money
        WHERE settled_at IS NOT NULL AND refund_due_cents = 0
          AND outcome <> 'student_wins_dispute_full_refund'
        UNION ALL SELECT instructor_id, cents FROM tips WHERE state = 'charged') AS parts
    GROUP BY 1 HAVING sum(cents) > 0) AS people
"""
TROUBLE = """
SELECT (SELECT count(*) FROM webhook_events WHERE state = 'dead_letter'),
    (SELECT count(*) FROM lesson_money WHERE review_since IS NOT NULL),
    (SELECT jsonb_array_length(differences -> 'items') FROM reconciliations
     ORDER BY id DESC LIMIT 1)
"""
TRIES = 4


def stops(now: datetime) -> list[Stop]:
    """The questions of this moment. The jobs go on meanwhile, so some are asked again."""
    yesterday = local_day(now) - timedelta(days=1)
    figures = ("captured", "Stripe's fees", "refunded", "sent to instructors")
    return [
        Stop(
            question="How much money moved yesterday, and what of it is ours?",
            tool="payments_pipeline",
            arguments={"window": yesterday.isoformat()},
            tell=_moved,
            claims=lambda reply: named(
                figures,
                [
                    reply["data"][name]
                    for name in (
                        "captured_cents",
                        "stripe_fees_cents",
                        "refunded_cents",
                        "transferred_cents",
                    )
                ],
            ),
            truth=lambda asked: named(figures, one(asked, MOVED, *[yesterday] * 5)),
        ),
        Stop(
            question="Whose payouts are waiting, and why?",
            tool="payments_pending_payouts",
            arguments={"limit": 10},
            tell=_waiting,
            claims=lambda reply: {
                "cents": reply["data"]["total_pending_cents"],
                "instructors": reply["data"]["instructors"],
            },
            truth=lambda asked: named(("cents", "instructors"), one(asked, WAITING)),
            tries=TRIES,
        ),
        Stop(
            question="Is anything wrong with payments?",
            tool="celery_payment_health",
            arguments={},
            tell=_trouble,
            claims=_trouble_claims,
            truth=_trouble_truth,
            tries=TRIES,
        ),
    ]


def _moved(reply: Reply) -> str:
    data = reply["data"]
    return (
        f"{dollars(data['captured_cents'])} taken in {data['captures']} charges,"
        f" {dollars(data['transferred_cents'])} sent to instructors;"
        f" {dollars(data['net_revenue_cents'])} are ours after {dollars(data['stripe_fees_cents'])}"
        " of fees"
    )


def _waiting(reply: Reply) -> str:
    data = reply["data"]
    blocked = [one["instructor"] for one in data["payouts"] if not one["is_ready"]]
    because = f": {', '.join(blocked)} cannot be paid" if blocked else ""
    return (
        f"{dollars(data['total_pending_cents'])} of {data['instructors']} instructors{because};"
        f" {dollars(data['expected_cents'])} follow within a day"
    )


def _trouble(reply: Reply) -> str:
    issues = [f"{one['message']} ({one['count']})" for one in reply["data"]["issues"]]
    return " ".join(issues) if issues else "Nothing."


def _trouble_claims(reply: Reply) -> Facts:
    data = reply["data"]
    figures = data["figures"]
    return {
        "dead letters": figures["webhooks_dead"],
        "in review": figures["in_review"],
        "differences of the books": data["books_differences"],
    }


def _trouble_truth(asked: psycopg.Connection) -> Facts:
    names = ("dead letters", "in review", "differences of the books")
    return named(names, one(asked, TROUBLE))
