"""Whether this process runs, and whether it can serve."""

from datetime import datetime
from typing import Literal

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import RuntimeDep
from api.routing import Router
from instainstru_core import runtime as composition

router = Router(tags=["health"])


class HealthView(BaseModel):
    """This process answers."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok"] = "ok"
    release: str = Field(description="The release that runs.", examples=["2026.6.1"])
    git_sha: str | None = Field(description="The commit that runs; null where unknown.")
    started_at: datetime
    uptime_seconds: int = Field(examples=[3_600])


class ReadyView(BaseModel):
    """This process can serve: what it depends on answers."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ready"] = "ready"


@router.get("/health", operation_id="health.get", summary="Whether this process answers")
async def health(request: Request, runtime: RuntimeDep, response: Response) -> HealthView:
    """Asks nothing of anybody: for deciding whether to restart the process."""
    response.headers["Cache-Control"] = "no-store"
    started: datetime = request.app.state.started_at
    return HealthView(
        release=runtime.settings.release,
        git_sha=runtime.settings.git_sha,
        started_at=started,
        uptime_seconds=int((runtime.clock() - started).total_seconds()),
    )


@router.get(
    "/ready",
    operation_id="health.ready",
    summary="Whether this process can serve",
    responses={503: {}},
)
def ready(runtime: RuntimeDep, response: Response) -> ReadyView:
    """Asks the database and Redis: for deciding whether to send requests here."""
    response.headers["Cache-Control"] = "no-store"
    composition.check_ready(runtime)
    return ReadyView()
