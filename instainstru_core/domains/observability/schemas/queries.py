"""PromQL: the question and the answer."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from instainstru_core.domains.observability.schemas.base import (
    Command,
    MomentWords,
    Promql,
    View,
    WindowWords,
)
from instainstru_core.domains.observability.types import (
    QueryKind,
)


class QueryPrometheus(Command):
    """A PromQL query for one moment."""

    query: Promql
    at: AwareDatetime | MomentWords | None = Field(
        default=None, description="The moment, or how long ago it was; now if left out."
    )


class QueryPrometheusRange(Command):
    """A PromQL query for every step of a window."""

    query: Promql
    window: WindowWords
    step_seconds: int | None = Field(default=None, ge=1, le=86_400)


class PointView(View):
    """A value at a moment; null where Prometheus says that it is no number."""

    at: datetime
    value: float | None


class SeriesView(View):
    """One line of an answer."""

    labels: dict[str, str]
    points: list[PointView]


class PrometheusAnswer(View):
    """What Prometheus says. `no_data` is not the same as zero."""

    query: str
    kind: QueryKind
    at: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    step_seconds: int | None = None
    no_data: bool
    series: list[SeriesView]
    series_total: int
    truncated: bool
