"""Sending messages that are due."""

from instainstru_core.domains.notifications import flows
from worker.jobs import Desk, Job

ROUNDS = 3  # few, so that sending never keeps a worker from the jobs that move money


def _send_due(desk: Desk) -> None:
    """A round at a time, until none is full or the carrier takes no more for now."""
    for _ in range(ROUNDS):
        done = flows.send_due(
            desk.runtime.begin,
            desk.runtime.mailer,
            actor=desk.actor,
            secret=desk.runtime.settings.jwt_secret.get_secret_value(),
        )
        if done.claimed < flows.BATCH or done.put_back:
            return


SEND_DUE = Job(
    "notifications.send_due",
    _send_due,
    seconds=300,
    retries=0,
    is_quiet=True,
)
