"""Which code runs where: each process is asked itself, or has told the broker."""

from collections.abc import Mapping

from instainstru_core.domains.observability.errors import BrokerUnreachable, ProcessUnreachable
from instainstru_core.domains.observability.flows.background import LOST_AFTER
from instainstru_core.domains.observability.policy import releases
from instainstru_core.domains.observability.ports import Broker, HealthPages
from instainstru_core.domains.observability.schemas.deploys import (
    DeployOverview,
    ProcessState,
    ProcessView,
)
from instainstru_core.domains.observability.types import Clockwork, Crew, Heartbeat, Running
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.measure import operation

NO_BROKER = "The broker does not answer, and only it knows."
NO_WORKER = "No worker gave a sign of life in 24 hours."
NO_BEAT = "Beat never gave a sign of life."
SILENT = "No sign of life any more."
DIFFERENT = "Not all processes run the same code."
UNTOLD = "Whether all processes run the same code cannot be told: see what is null or unknown."
NO_COMMIT = "No commit is known where INSTAINSTRU_GIT_SHA is not set."

Seen = tuple[ProcessView, Running | None]


@operation("observability.deploy_overview")
def deploy_overview(
    pages: HealthPages, broker: Broker, *, actor: Actor, addresses: Mapping[str, str]
) -> Report[DeployOverview]:
    """Release, commit and start of each process. `addresses` are health pages by component.

    Lost workers beside living ones are shown, and no part of the comparison.
    """
    require(actor, Permission.OPERATIONS_READ)
    seen = [_asked(pages, component, url) for component, url in addresses.items()]
    try:
        crew, clockwork = broker.crew(), broker.clockwork()
    except BrokerUnreachable:
        told = [_unknown("worker", NO_BROKER), _unknown("beat", NO_BROKER)]
    else:
        told = [*_workers(crew), _beat(clockwork)]
    seen += told
    anybody = {view.component for view, running in seen if running is not None}
    compared = [
        running for view, running in seen if running is not None or view.component not in anybody
    ]
    drift = releases.drifts(compared)
    view = DeployOverview(drift=drift, processes=[view for view, _ in seen])
    warnings = [DIFFERENT] if drift else []
    if drift is None:
        warnings.append(UNTOLD)
    if any(running is not None and running.git_sha is None for _, running in seen):
        warnings.append(NO_COMMIT)
    return Report(data=view, total=len(seen), warnings=warnings)


def _asked(pages: HealthPages, component: str, url: str) -> Seen:
    try:
        return _up(component, None, pages.read(url))
    except ProcessUnreachable as refusal:
        return _unknown(component, refusal.message)


def _workers(crew: Crew) -> list[Seen]:
    if not crew.heartbeats:
        return [_unknown("worker", NO_WORKER)]
    return [
        _up("worker", one.name, _running(one))
        if crew.at - one.seen_at <= LOST_AFTER
        else _lost("worker", one.name, _running(one))
        for one in crew.heartbeats
    ]


def _beat(clockwork: Clockwork) -> Seen:
    table = clockwork.timetable
    if table is None:
        return _unknown("beat", NO_BEAT)
    running = Running(release=table.release, git_sha=table.git_sha, started_at=table.started_at)
    is_lost = clockwork.at - table.seen_at > LOST_AFTER
    return _lost("beat", None, running) if is_lost else _up("beat", None, running)


def _running(heartbeat: Heartbeat) -> Running:
    return Running(
        release=heartbeat.release, git_sha=heartbeat.git_sha, started_at=heartbeat.started_at
    )


def _up(component: str, name: str | None, running: Running) -> Seen:
    return _view(component, name, ProcessState.UP, running, None), running


def _lost(component: str, name: str | None, running: Running) -> Seen:
    return _view(component, name, ProcessState.LOST, running, SILENT), None


def _unknown(component: str, why: str) -> Seen:
    return _view(component, None, ProcessState.UNKNOWN, None, why), None


def _view(
    component: str,
    name: str | None,
    state: ProcessState,
    running: Running | None,
    note: str | None,
) -> ProcessView:
    return ProcessView(
        component=component,
        name=name,
        state=state,
        release=running.release if running else None,
        git_sha=running.git_sha if running else None,
        started_at=running.started_at if running else None,
        note=note,
    )
