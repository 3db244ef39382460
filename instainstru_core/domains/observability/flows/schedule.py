"""What is under way and what is due: the record of tasks beside what the broker knows.

The record is read first and let go; no transaction is open while the broker is asked.
"""

from collections.abc import Mapping
from datetime import datetime

from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.errors import BrokerUnreachable
from instainstru_core.domains.observability.flows.background import LOST_AFTER
from instainstru_core.domains.observability.policy import schedule
from instainstru_core.domains.observability.ports import Broker
from instainstru_core.domains.observability.schemas.executions import (
    ActiveTasks,
    BeatSchedule,
    JobView,
    RunView,
)
from instainstru_core.domains.observability.types import (
    Clockwork,
    Crew,
    ScheduledJob,
    TaskState,
    Timetable,
    WorkerState,
)
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Begin

ACTIVE_SHOWN = 50
NO_BROKER = "The broker does not answer: whether these workers live is unknown."
WITH_THE_DEAD = (
    "Some tasks were with workers that are lost: the broker gives them out again an hour after it"
    " gave them out."
)
NOT_ON_RECORD = (
    "Workers say that they do more than is on record: jobs that come every few seconds are on"
    " record only when they fail."
)
NEVER_ANNOUNCED = (
    "Beat has never told its schedule to this broker: when jobs are due, and which times were"
    " missed, is unknown. Check that beat runs."
)
BEAT_LOST = "Beat gives no sign of life: until it is back, nothing is handed out by the clock."
NEVER_RAN = "Null in last_run_at means that no run is known of, not that there was none."


@operation("observability.active_tasks")
def active_tasks(begin: Begin, broker: Broker, *, actor: Actor) -> Report[ActiveTasks]:
    """The tasks that were begun and have not ended, also those whose worker is gone."""
    require(actor, Permission.OPERATIONS_READ)
    with begin(actor) as uow:
        found = service.running_tasks(uow, limit=ACTIVE_SHOWN)
    warnings: list[str] = []
    states: dict[str, WorkerState] | None = None
    told: int | None = None
    try:
        crew = broker.crew()
    except BrokerUnreachable:
        warnings.append(NO_BROKER)
    else:
        states, told = _states(crew)
    tasks = [
        one.model_copy(
            update={
                "worker_state": None if states is None else states.get(one.worker, WorkerState.LOST)
            }
        )
        for one in found.tasks
    ]
    if any(one.worker_state is WorkerState.LOST for one in tasks):
        warnings.append(WITH_THE_DEAD)
    living = sum(one.worker_state is WorkerState.ONLINE for one in tasks)
    if told is not None and told > living:
        warnings.append(NOT_ON_RECORD)
    return Report(
        data=ActiveTasks(tasks=tasks, told_by_workers=told), total=found.total, warnings=warnings
    )


@operation("observability.beat_schedule")
def beat_schedule(begin: Begin, broker: Broker, *, actor: Actor) -> Report[BeatSchedule]:
    """Every job of the schedule that beat told last: when it is due, ran, and should have run.

    Refused with BrokerUnreachable when the broker, where beat tells it, does not answer.
    """
    require(actor, Permission.OPERATIONS_READ)
    clockwork = broker.clockwork()
    table = clockwork.timetable
    if table is None:
        empty = BeatSchedule(timezone=None, beat_state=None, beat_seen_at=None, jobs=[])
        return Report(data=empty, total=None, warnings=[NEVER_ANNOUNCED])
    with begin(actor) as uow:
        runs = service.runs_of(uow, [job.name for job in table.jobs])
        now = uow.now
    is_lost = clockwork.at - table.seen_at > LOST_AFTER
    jobs = [
        _job(job, _last(job, runs, clockwork), table, now=now, is_lost=is_lost)
        for job in table.jobs
    ]
    view = BeatSchedule(
        timezone=table.timezone,
        beat_state=WorkerState.LOST if is_lost else WorkerState.ONLINE,
        beat_seen_at=table.seen_at,
        jobs=jobs,
    )
    return Report(data=view, total=len(jobs), warnings=[*_warnings(jobs, is_lost=is_lost)])


def _warnings(jobs: list[JobView], *, is_lost: bool) -> list[str]:
    warnings = [BEAT_LOST] if is_lost else []
    late = [job.task for job in jobs if job.missed_runs]
    if late:
        warnings.append(f"Missed runs: {', '.join(late)}.")
    failed = [job.task for job in jobs if job.last_state is TaskState.FAILED]
    if failed:
        warnings.append(f"Failed when they ran last: {', '.join(failed)}.")
    if any(job.last_run_at is None for job in jobs):
        warnings.append(NEVER_RAN)
    return warnings


def _states(crew: Crew) -> tuple[dict[str, WorkerState], int]:
    """Each worker's state, and how many tasks those that live say they do."""
    living = [one for one in crew.heartbeats if crew.at - one.seen_at <= LOST_AFTER]
    states = {one.name: WorkerState.LOST for one in crew.heartbeats}
    states |= {one.name: WorkerState.ONLINE for one in living}
    return states, sum(one.active_tasks for one in living)


def _last(job: ScheduledJob, runs: Mapping[str, RunView], clockwork: Clockwork) -> RunView:
    """The last run that is known of. Of quiet jobs the broker knows when they succeeded last."""
    recorded, noted = runs[job.name], clockwork.quiet_runs.get(job.name)
    if not job.is_quiet or noted is None:
        return recorded
    if recorded.last_run_at is not None and recorded.last_run_at > noted:
        return recorded.model_copy(update={"last_success_at": noted})
    return RunView(
        task=job.name, last_run_at=noted, last_state=TaskState.SUCCEEDED, last_success_at=noted
    )


def _job(
    job: ScheduledJob, last: RunView, table: Timetable, *, now: datetime, is_lost: bool
) -> JobView:
    since = last.last_run_at or table.started_at
    return JobView(
        task=job.name,
        schedule=schedule.words(job.timing),
        queue=job.queue,
        last_run_at=last.last_run_at,
        last_state=last.last_state,
        last_success_at=last.last_success_at,
        next_run_at=None
        if is_lost
        else schedule.next_due(job.timing, zone_name=table.timezone, last=since, now=now),
        missed_runs=schedule.missed(job.timing, zone_name=table.timezone, since=since, now=now),
    )
