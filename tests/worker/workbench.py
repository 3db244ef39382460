"""A desk whose tasks are kept and done one by one, as a worker would."""

from dataclasses import dataclass, field

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Refusal
from instainstru_core.runtime import Runtime
from worker.jobs import Desk, Job


@dataclass
class Workbench:
    """What was handed out and not yet done, in order, and how what was done ended."""

    runtime: Runtime
    tasks: list[tuple[Job, tuple[str, ...]]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def desk(self) -> Desk:
        return Desk(self.runtime, SYSTEM, {}, self.keep)

    def keep(self, job: Job, arguments: tuple[str, ...]) -> None:
        self.tasks.append((job, arguments))

    def find(self, job: Job) -> list[tuple[str, ...]]:
        """Let a job of the schedule run, and tell what it hands out."""
        before = len(self.tasks)
        job.work(self.desk())
        return [arguments for _, arguments in self.tasks[before:]]

    def work(self) -> list[str]:
        """Do everything that was handed out; the codes of those that failed."""
        self.failures = []
        while self.tasks:
            job, arguments = self.tasks.pop(0)
            try:
                job.work(self.desk(), *arguments)
            except Exception as failure:  # noqa: BLE001 - the worker goes on, too
                self.failures.append(failure)
        return [one.code if isinstance(one, Refusal) else str(one) for one in self.failures]

    def run(self, job: Job) -> list[str]:
        """A job of the schedule and everything that it hands out."""
        self.find(job)
        return self.work()
