"""What is deployed."""

from datetime import datetime
from enum import StrEnum

from instainstru_core.domains.observability.schemas.base import View


class ProcessState(StrEnum):
    """Whether a process gives signs of life; unknown where nobody could be asked."""

    UP = "up"
    LOST = "lost"
    UNKNOWN = "unknown"


class ProcessView(View):
    """One process as it describes itself; what it does not say is null."""

    component: str
    name: str | None
    state: ProcessState
    release: str | None
    git_sha: str | None
    started_at: datetime | None
    note: str | None


class DeployOverview(View):
    """Which code runs where. `drift` is null where that cannot be told of all components."""

    drift: bool | None
    processes: list[ProcessView]
