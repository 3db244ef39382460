"""Questions about how the system itself is doing."""

from datetime import datetime

import psycopg

from devstack.touring.stop import Facts, Reply, Stop, named, one

PENDING = """
SELECT count(*) FROM invites
WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > %s
"""
TIERS = "bookings.evaluate_tiers"
NIGHTS = ("failures", "recovered", "last error")
FAILED_NIGHTS = """
SELECT count(*),
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM task_executions AS later
           WHERE later.task_id = failed.task_id AND later.attempt > failed.attempt
             AND later.state = 'succeeded')),
       max(error_type)
FROM task_executions AS failed
WHERE task_name = %s AND state = 'failed' AND finished_at > %s - interval '6 days'
"""


def stops(now: datetime) -> list[Stop]:
    """The questions of this moment."""
    return [
        Stop(
            question="How many pending invites are there?",
            tool="metrics_query",
            arguments={"question": "how many pending invites are there"},
            tell=lambda reply: f"{reply['data']['formatted']}",
            claims=lambda reply: {"invites": reply["data"]["value"]},
            truth=lambda asked: {"invites": one(asked, PENDING, now)[0]},
        ),
        Stop(
            question="Are tiers up to date?",
            tool="celery_failed_tasks",
            arguments={"task_name": TIERS, "window": "last 7 days"},
            tell=_nights,
            claims=_nights_claims,
            truth=lambda asked: named(NIGHTS, one(asked, FAILED_NIGHTS, TIERS, now)),
        ),
        Stop(
            question="How full is the founding program, by what Prometheus scraped?",
            tool="prometheus_query",
            arguments={"query": "max(instainstru_founding_slots_used)"},
            tell=lambda reply: f"{_scraped(reply):.0f} places are taken",
            claims=lambda reply: {"places": _scraped(reply)},
            truth=lambda asked: {"places": one(asked, "SELECT count(*) FROM founding_slots")[0]},
        ),
        Stop(
            question="Does anybody do the background work?",
            tool="celery_worker_status",
            arguments={},
            tell=_workers,
            claims=_workers_claims,
            truth=_workers_truth,
            source="what the demo started",
        ),
    ]


def _scraped(reply: Reply) -> float:
    value: float = reply["data"]["series"][0]["points"][-1]["value"]
    return value


def _nights(reply: Reply) -> str:
    failures = reply["data"]["failures"]
    if not failures:
        return "Yes: their evaluation has not failed in seven days."
    return f"No: their evaluation failed {reply['total']} times, last with {_because(failures[0])}"


def _because(failure: Reply) -> str:
    return f"{failure['error_type']} ({failure['error_text']})"


def _nights_claims(reply: Reply) -> Facts:
    failures = reply["data"]["failures"]
    recovered = sum(one["recovered"] for one in failures)
    last = failures[0]["error_type"] if failures else None
    return named(NIGHTS, (reply["total"], recovered, last))


def _workers(reply: Reply) -> str:
    data = reply["data"]
    age = data["schedule_age_seconds"]
    ticked = "has not ticked yet" if age is None else f"ticked {age:.0f} s ago"
    return f"{data['online']} online; the schedule {ticked}"


def _workers_claims(reply: Reply) -> Facts:
    data = reply["data"]
    queues = {queue for worker in data["workers"] for queue in worker["queues"]}
    return {"is anybody online": data["online"] >= 1, "queues": sorted(queues)}


def _workers_truth(_: psycopg.Connection) -> Facts:
    return {"is anybody online": True, "queues": ["default", "maintenance"]}
