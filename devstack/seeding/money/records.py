"""What is kept besides the money: messages, events of the provider, comparisons of the books."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import psycopg

from devstack.seeding.money.books import Books
from devstack.seeding.money.people import Account
from devstack.seeding.money.rows import Table
from devstack.seeding.money.state import Life
from devstack.seeding.world import World, at_night
from devstack.stripe_simulator.values import API_VERSION
from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.notifications.schemas import BookingConfirmedFacts
from instainstru_core.domains.notifications.types import DeliveryState, Reader
from instainstru_core.domains.payments.types import ChargeState
from instainstru_core.domains.webhooks.types import WebhookState

MAIL_DAYS = timedelta(days=3)
EVENT_DAYS = timedelta(days=2)
NIGHTS = 14
COMPARED = timedelta(hours=4, minutes=45)
DEAD_ERROR = "OperationalError"
DEAD_ATTEMPTS = 3

LINES = """
INSERT INTO balance_lines (vendor_id, kind, cents, fee_cents, net_cents, source_id, at)
SELECT 'txn_' || left(encode(sha256(('txn/' || source_id || '/' || number)::bytea), 'hex'), 24),
    kind, cents, fee, cents - fee, source_id, at
FROM (
    SELECT 'charge' AS kind, vendor_charge_id AS source_id, 1 AS number, captured_cents AS cents,
        fee_cents AS fee, captured_at AS at FROM charges WHERE captured_cents > 0
    UNION ALL SELECT 'refund', vendor_id, 1, -cents, 0, refunded_at FROM refunds
    UNION ALL SELECT 'transfer', vendor_id, 1, -cents, 0, transferred_at FROM transfers
    UNION ALL SELECT 'transfer_refund', result ->> 'id', 1, (request ->> 'cents')::int, 0,
        finished_at FROM payment_commands WHERE action = 'reverse' AND state = 'confirmed'
    UNION ALL SELECT 'adjustment', vendor_id, 1, -cents, fee_cents, opened_at FROM chargebacks
    UNION ALL SELECT 'adjustment', vendor_id, 2, cents, 0, closed_at FROM chargebacks
        WHERE state = 'won'
) AS facts WHERE at < %(until)s
"""
"""The provider's books up to the last night, with the names that the simulator gives."""

COMPARISONS = """
INSERT INTO reconciliations
    (id, compared_at, until, ledger_cents, vendor_cents, lines, differences)
SELECT n.id, n.at, n.at - interval '1 hour', l.cents, l.cents, l.lines, '{"items": []}'
FROM unnest(%(ids)s::text[], %(nights)s::timestamptz[]) AS n(id, at), LATERAL (
    SELECT coalesce(sum(net_cents), 0) AS cents,
        count(*) FILTER (WHERE at >= n.at - interval '49 hours') AS lines
    FROM balance_lines WHERE at < n.at) AS l
"""


def write(
    connection: psycopg.Connection,
    world: World,
    books: Books,
    lives: Iterable[Life],
    unheard: Sequence[Account],
) -> None:
    """Mails and events of the last days, and two weeks of nightly comparisons."""
    _deliveries(world, books, lives).write(connection)
    _events(world, books, unheard).write(connection)
    nights = list(_nights(world.now))
    connection.execute(LINES.encode(), {"until": nights[-1]})
    connection.execute(
        COMPARISONS.encode(), {"ids": [books.names.at(at) for at in nights], "nights": nights}
    )


def _nights(now: datetime) -> Iterator[datetime]:
    """When the books were compared, the last night last."""
    for back in range(NIGHTS, 0, -1):
        yield at_night(now - timedelta(days=back), COMPARED)


def _deliveries(world: World, books: Books, lives: Iterable[Life]) -> Table:
    table = Table(
        "deliveries",
        ("id", "key", "template", "user_id", "reference", "facts", "state", "attempts",
         "created_at", "due_at", "sent_at", "vendor_id"),
    )  # fmt: skip
    for life in lives:
        at = life.lesson.created_at
        if at < world.now - MAIL_DAYS:
            continue
        for reader, user, other, cents in (
            (Reader.STUDENT, life.lesson.student, life.lesson.instructor, life.quote.total),
            (Reader.INSTRUCTOR, life.lesson.instructor, life.lesson.student, life.quote.payout),
        ):
            facts = BookingConfirmedFacts(
                service_name=life.lesson.offering.service.name,
                with_name=public_name(other.first_name, other.last_name),
                starts_local=life.lesson.starts_local,
                timezone="America/New_York",
                duration_minutes=life.lesson.minutes,
                reader=reader,
                amount_cents=cents,
            )
            template = facts.template.value
            table.add(
                books.names.at(at), f"{template}:{life.lesson.id}:{reader}", template, user.id,
                life.reference, facts.model_dump_json(), DeliveryState.SENT, 1, at, at,
                at + timedelta(seconds=7), books.names.vendor("mail"),
            )  # fmt: skip
    return table


def _events(world: World, books: Books, unheard: Sequence[Account]) -> Table:
    table = Table(
        "webhook_events",
        ("id", "source", "event_id", "kind", "account_id", "payload", "happened_at",
         "received_at", "state", "attempts", "failures", "due_at", "processed_at", "error"),
    )  # fmt: skip

    def add(at: datetime, kind: str, about: str, *, dead: bool = False) -> None:
        event_id = books.names.vendor("evt")
        payload = {
            "id": event_id, "object": "event", "type": kind, "created": int(at.timestamp()),
            "api_version": API_VERSION, "livemode": False,
            "data": {"object": {"id": about, "object": kind.rpartition(".")[0]}},
        }  # fmt: skip
        received = at + timedelta(seconds=1)
        tries = DEAD_ATTEMPTS if dead else 1
        done = received + (timedelta(minutes=6) if dead else timedelta(seconds=3))
        table.add(
            books.names.at(received), "stripe", event_id, kind, None, json.dumps(payload), at,
            received, WebhookState.DEAD if dead else WebhookState.PROCESSED, tries,
            tries if dead else 0, done, None if dead else done, DEAD_ERROR if dead else None,
        )  # fmt: skip

    since = world.now - EVENT_DAYS
    for charge in books.charges:
        if charge.state is ChargeState.CAPTURED and (charge.captured_at or since) > since:
            add(charge.captured_at or since, "payment_intent.succeeded", charge.intent_id)
    for number, account in enumerate(unheard):
        at = world.now - timedelta(hours=31 + number)
        add(at, "identity.verification_session.verified", account.check_id, dead=True)
    return table
