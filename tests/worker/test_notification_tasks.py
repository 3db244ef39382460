"""The job that sends messages: everything that is due, until the carrier has enough."""

from dataclasses import replace

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import AskForProof
from instainstru_core.domains.notifications import service as notifications
from instainstru_core.domains.notifications.errors import MailBusy
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.factories.accounts import student
from tests.factories.notifications import ScriptedMailer, queued
from worker import schedule
from worker.jobs import Desk
from worker.tasks.notifications import SEND_DUE


def queue(runtime: Runtime, number: int) -> None:
    with runtime.begin(SYSTEM) as uow:
        maya = student(uow).id
        for _ in range(number):
            queued(uow, user_id=maya)


def work(runtime: Runtime, mailer: ScriptedMailer) -> None:
    desk = Desk(
        runtime=replace(runtime, mailer=mailer),
        actor=SYSTEM,
        reactions={},
        hand_out=lambda *_: None,
    )
    SEND_DUE.work(desk)


def test_sends_more_than_fits_into_one_round(runtime: Runtime) -> None:
    queue(runtime, 45)
    mailer = ScriptedMailer()
    work(runtime, mailer)
    assert len(mailer.asked) == 45


def test_stops_when_the_carrier_has_enough(runtime: Runtime) -> None:
    queue(runtime, 45)
    mailer = ScriptedMailer([*[None] * 24, MailBusy("Too often.", retry_after=1)])
    work(runtime, mailer)
    assert len(mailer.asked) == 25


def test_signs_the_proof_of_an_address_with_the_secret_of_the_server(runtime: Runtime) -> None:
    with runtime.begin(SYSTEM) as uow:
        maya = student(uow, email="maya@example.org")
        asked = AskForProof(email="maya@example.org")
        notifications.ask_for_proof(uow, asked, web_url="https://instainstru.example/")
    mailer = ScriptedMailer()
    work(runtime, mailer)
    (mail,) = mailer.asked
    _, _, code = mail.text.partition("https://instainstru.example/password?code=")
    secret = runtime.settings.jwt_secret.get_secret_value()
    with runtime.begin(SYSTEM) as uow:
        assert accounts.proven_by(uow, code.split()[0], secret=secret).user_id == maya.id


def test_is_due_as_often_as_facts_are_relayed() -> None:
    (entry,) = [entry for entry in schedule.ENTRIES if entry.job is SEND_DUE]
    assert entry.due.total_seconds() == 2  # type: ignore[union-attr]
    assert entry.expires is not None
