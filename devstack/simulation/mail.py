"""Messages: facts relayed to their reactions, letters sent through the carrier's simulator."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import Engine, text

from devstack.resend_simulator.faults import TROUBLES, Fault
from devstack.resend_simulator.in_process import transport
from devstack.resend_simulator.simulator import KEPT, KEY_LIFE, Simulator
from devstack.simulation.clock import VirtualClock
from devstack.simulation.stage import Stage
from instainstru_core.adapters.resend import ResendMailer
from instainstru_core.kernel.ids import new_id

KEY = "re_simulation"
TROUBLED = 0.5
"""How likely something is wrong with the carrier on a day with trouble."""
WAITING = text("SELECT count(*) FROM outbox WHERE relayed_at IS NULL")
LETTERS = text("SELECT state, count(*) FROM deliveries GROUP BY state ORDER BY state")
SENT = text("SELECT key FROM deliveries WHERE state = 'sent' ORDER BY key")


def carrier(clock: VirtualClock) -> Simulator:
    """The carrier of a seed."""
    return Simulator(KEY, clock=clock, mint=new_id)


def mailer(simulator: Simulator) -> ResendMailer:
    """The real adapter, speaking to it without a socket and without waiting."""
    return ResendMailer(
        SecretStr(KEY),
        api_url="http://carrier.simulation",
        sender="InstaInstru <hello@simulation.example>",
        transport=transport(simulator),
        sleep=lambda _: None,
    )


def trouble(stage: Stage, simulator: Simulator) -> None:
    """Perhaps the carrier is in trouble, too."""
    mischief = stage.mischief
    if mischief.strikes(mischief.chances.timeout_after and TROUBLED):
        found = mischief.dice.choice(TROUBLES)
        stage.trace.note("carrier", found)
        stage.trace.count("carrier trouble")
        simulator.faults.add(Fault(found, times=mischief.dice.randint(1, 3)))


def checked(engine: Engine, simulator: Simulator) -> Iterator[str]:
    """Every fact was relayed, every letter sent or given up, and none came twice.

    That holds as long as the carrier remembers a key; a letter that it could not tell about for
    longer than that may come again.
    """
    with engine.connect() as connection:
        if waiting := connection.execute(WAITING).scalar_one():
            yield f"{waiting} facts were never relayed"
        for state, count in connection.execute(LETTERS):
            if state not in {"sent", "failed"}:
                yield f"{count} letters are {state}"
        wanted = connection.execute(SENT).scalars().all()
    came: dict[str, datetime] = {}
    for mail in reversed(simulator.outbox(limit=KEPT)):
        key = mail.idempotency_key or ""
        if key in came and mail.created_at - came[key] < KEY_LIFE:
            yield f"letter {key} came at {came[key]} and at {mail.created_at}"
        came[key] = mail.created_at
    yield from (f"letter {key} was sent and never came" for key in wanted if key not in came)
