"""How everything stands at once."""

from datetime import datetime

from instainstru_core.domains.observability.policy.health import Status
from instainstru_core.domains.observability.schemas.base import View


class CheckView(View):
    """One figure beside its thresholds; null where it is unknown, and then `note` says why."""

    section: str
    check: str
    status: Status
    value: float | None
    warn: float | None
    critical: float | None
    note: str | None


class HealthOverview(View):
    """How everything stands: overall as its worst part. What is unknown is never ok."""

    overall: Status
    sections: dict[str, Status]
    checks: list[CheckView]
    left_out: list[str]


class Looked(View):
    """An overview and the moment it is of."""

    at: datetime
    overview: HealthOverview
