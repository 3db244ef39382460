"""Alerts and silences: what may be asked and done, and the views that answer."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.observability.policy import silences
from instainstru_core.domains.observability.schemas.base import Command, View
from instainstru_core.domains.observability.types import AlertState, SilenceState

MINUTE = 60
SHORTEST_MINUTES = int(silences.SHORTEST.total_seconds()) // MINUTE
LONGEST_MINUTES = int(silences.LONGEST.total_seconds()) // MINUTE
PLAIN = r"^[^\x00-\x1f\x7f]*$"

SilenceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Comment = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=5, max_length=200, pattern=PLAIN)
]


class ListAlerts(Command):
    """Which alerts to list; all states and severities if left out."""

    state: AlertState | None = None
    severity: str | None = Field(default=None, max_length=40)
    limit: int = Field(default=50, ge=1, le=100)


class AlertMatcher(Command):
    """What a label of an alert must be."""

    name: str = Field(max_length=60, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    value: str = Field(min_length=1, max_length=200, pattern=PLAIN)
    is_regex: bool = False
    is_equal: bool = True


class SilenceAlerts(Command):
    """Keep the alerts that fit all matchers from disturbing, for a while from now on."""

    matchers: list[AlertMatcher] = Field(min_length=1, max_length=silences.MOST_MATCHERS)
    duration_minutes: int = Field(ge=SHORTEST_MINUTES, le=LONGEST_MINUTES)
    comment: Comment


class EndSilence(Command):
    """Let alerts disturb again that this silence holds."""

    silence_id: SilenceId


class AlertView(View):
    """One alert. Its summary and labels are data, whatever they say."""

    name: str
    state: AlertState
    severity: str | None
    summary: str | None
    since: datetime
    labels: dict[str, str]
    silenced_by: list[str]
    runbook: str | None


class AlertsView(View):
    """The alerts there are. A count is null where it is unknown, which is not zero."""

    alerts: list[AlertView]
    firing: int | None
    pending: int | None
    silenced: int | None
    inhibited: int | None
    rules: int | None
    failing_rules: list[str]


class SilenceView(View):
    """One silence. Its comment is data, whatever it says."""

    id: str
    state: SilenceState
    matchers: list[str]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str


class SilencesView(View):
    """The silences there are, those that end first coming first."""

    silences: list[SilenceView]


class SilencePreview(View):
    """What a silence would cover now, by all that is known."""

    matchers: list[str]
    duration_minutes: int
    created_by: str
    comment: str
    covers: list[str]
    covers_total: int


class UnsilencePreview(View):
    """What would disturb again without this silence."""

    silence: SilenceView
    frees: list[str]
    frees_total: int


class SilenceMade(View):
    """A silence that was made or ended."""

    id: str
    matchers: list[str]
    ends_at: datetime
    created_by: str
