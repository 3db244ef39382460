"""Questions about how the system itself is doing."""

from datetime import datetime

import psycopg

from devstack.touring.stop import Facts, Reply, Stop, one

PENDING = """
SELECT count(*) FROM invites
WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > %s
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
