"""Telling the Stripe simulator what our database knows, as if it had been there all the time.

The simulator keeps everything in memory. When it starts, and when the database is filled anew,
every customer, card, account and payment that the database knows at the provider is loaded into
it, with the same identifiers. So refunds, captures and transfers work on lessons of long ago, and
the provider's books agree with the ledger.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import psycopg
from sqlalchemy.engine import make_url

from devstack.trouble import StackTrouble

TIMEOUT_SECONDS = 120.0
NEEDED = ("charges", "connect_accounts", "payment_customers", "tips")

CARDS = """CASE p.last4
    WHEN '4444' THEN 'pm_card_mastercard' WHEN '8431' THEN 'pm_card_amex'
    WHEN '1117' THEN 'pm_card_discover' WHEN '0341' THEN 'pm_card_chargeCustomerFail'
    WHEN '3184' THEN 'pm_card_authenticationRequired' WHEN '0259' THEN 'pm_card_createDispute'
    WHEN '5556' THEN 'pm_card_visa_debit' ELSE 'pm_card_visa' END"""
CUSTOMERS = """
SELECT json_build_object('object', 'customer', 'id', c.vendor_id,
    'created', extract(epoch FROM c.created_at)::bigint, 'email', u.email,
    'name', u.first_name || ' ' || u.last_name,
    'metadata', json_build_object('user_id', u.id))::text
FROM payment_customers c JOIN users u ON u.id = c.user_id ORDER BY c.created_at, c.user_id
"""
METHODS = f"""
SELECT json_build_object('object', 'payment_method', 'id', p.vendor_id,
    'created', extract(epoch FROM p.created_at)::bigint, 'card', {CARDS},
    'customer', CASE WHEN p.detached_at IS NULL THEN c.vendor_id END,
    'detached', p.detached_at IS NOT NULL)::text
FROM payment_methods p JOIN payment_customers c ON c.user_id = p.user_id
ORDER BY p.created_at, p.id
"""  # noqa: S608 - put together from constants
ACCOUNTS = """
SELECT json_build_object('object', 'account', 'id', a.vendor_id,
    'created', extract(epoch FROM a.created_at)::bigint, 'email', u.email,
    'onboarded', a.details_submitted, 'disabled_reason', a.disabled_reason,
    'weekly_anchor', CASE WHEN a.schedule_applied_at IS NOT NULL THEN 'tuesday' ELSE 'monday' END,
    'metadata', json_build_object('instructor_id', a.instructor_id))::text
FROM connect_accounts a JOIN users u ON u.id = a.instructor_id
ORDER BY a.created_at, a.instructor_id
"""
CHECKS = """
SELECT json_build_object('object', 'verification_session', 'id', i.vendor_id,
    'created', extract(epoch FROM i.updated_at)::bigint,
    'verified', i.status IN ('verified', 'processing'),
    'metadata', json_build_object('instructor_id', i.instructor_id))::text
FROM identity_checks i ORDER BY i.updated_at, i.instructor_id
"""
SENT = """
reversed AS (
    SELECT request ->> 'transfer_id' AS transfer_id, json_agg(json_build_object(
        'id', result ->> 'id', 'amount', (request ->> 'cents')::int,
        'created', extract(epoch FROM finished_at)::bigint,
        'metadata', json_build_object('command_id', id)) ORDER BY id) AS parts
    FROM payment_commands WHERE action = 'reverse' AND state = 'confirmed' GROUP BY 1
), sent AS (
    SELECT t.charge_id, t.id, t.transferred_at, json_build_object('object', 'transfer',
        'id', t.vendor_id, 'amount', t.cents, 'destination', a.vendor_id,
        'created', extract(epoch FROM t.transferred_at)::bigint, 'transfer_group', t.reference,
        'metadata', json_build_object('command_id', t.command_id, 'reference', t.reference),
        'reversals', coalesce(r.parts, '[]'::json)) AS line
    FROM transfers t JOIN connect_accounts a ON a.instructor_id = t.instructor_id
    LEFT JOIN reversed r ON r.transfer_id = t.id
)"""
PAYMENTS = f"""
WITH {SENT}, made AS (
    SELECT result ->> 'id' AS intent_id, id, request ->> 'payment_method_id' AS method_id,
        (request ->> 'off_session')::bool AS off_session
    FROM payment_commands WHERE action IN ('authorize', 'charge') AND state = 'confirmed'
), out_of AS (
    SELECT charge_id, json_agg(line ORDER BY transferred_at, id) AS parts FROM sent
    WHERE charge_id IS NOT NULL GROUP BY 1
), refunded AS (
    SELECT charge_id, json_agg(json_build_object('id', vendor_id, 'amount', cents,
        'created', extract(epoch FROM refunded_at)::bigint,
        'metadata', json_build_object('command_id', command_id)) ORDER BY id) AS parts
    FROM refunds GROUP BY 1
), disputed AS (
    SELECT charge_id, json_agg(json_strip_nulls(json_build_object('id', vendor_id,
        'amount', cents, 'reason', reason, 'created', extract(epoch FROM opened_at)::bigint,
        'closed_at', extract(epoch FROM closed_at)::bigint,
        'won', CASE state WHEN 'won' THEN true WHEN 'lost' THEN false END)) ORDER BY id) AS parts
    FROM chargebacks GROUP BY 1
)
SELECT json_strip_nulls(json_build_object('object', 'payment_intent', 'id', c.intent_id,
    'charge', c.vendor_charge_id, 'amount', c.amount_cents, 'payment_method', made.method_id,
    'created', extract(epoch FROM c.authorized_at)::bigint, 'off_session', made.off_session,
    'status', CASE c.state WHEN 'held' THEN 'requires_capture' WHEN 'captured' THEN 'succeeded'
        ELSE 'canceled' END,
    'capture_before', extract(epoch FROM c.capture_before)::bigint,
    'captured_at', extract(epoch FROM c.captured_at)::bigint,
    'amount_captured', c.captured_cents, 'canceled_at', extract(epoch FROM c.ended_at)::bigint,
    'transfer_group', c.reference,
    'metadata', json_build_object('command_id', made.id, 'reference', c.reference),
    'transfers', out_of.parts, 'refunds', refunded.parts, 'disputes', disputed.parts))::text
FROM charges c
JOIN made USING (intent_id)
LEFT JOIN out_of ON out_of.charge_id = c.id
LEFT JOIN refunded ON refunded.charge_id = c.id
LEFT JOIN disputed ON disputed.charge_id = c.id
ORDER BY c.authorized_at, c.id
"""  # noqa: S608
TRANSFERS = f"""
WITH {SENT} SELECT line::text FROM sent WHERE charge_id IS NULL ORDER BY transferred_at, id
"""  # noqa: S608
STATEMENTS = (CUSTOMERS, METHODS, ACCOUNTS, CHECKS, PAYMENTS, TRANSFERS)


def remind(database_url: str, simulator_url: str) -> dict[str, int]:
    """Have the simulator forget all, then know what this database knows. How many of each.

    A database without our tables, or that is not up, knows nothing. Raises StackTrouble.
    """
    told = _told(database_url)
    _post(simulator_url, "forget", "")
    if not told:
        return {}
    loaded: dict[str, int] = _post(simulator_url, "import", "\n".join(told))["loaded"]
    return loaded


def is_up(simulator_url: str) -> bool:
    """Whether a simulator answers there. One that starts later is told when it does."""
    try:
        with urllib.request.urlopen(f"{simulator_url}/_sim/health", timeout=2):  # noqa: S310
            return True
    except OSError:
        return False


def listen(simulator_url: str, webhook_address: str, *, name: str = "stripe") -> None:
    """Have the simulator of this name post its events there from now on. Raises StackTrouble."""
    _post(simulator_url, "webhooks", json.dumps({"url": webhook_address}), name=name)


def lines(database_url: str) -> Iterator[str]:
    """What the database knows at the provider, one JSON object a line, for its bulk load."""
    plain = make_url(database_url).set(drivername="postgresql")
    address = plain.render_as_string(hide_password=False)
    with psycopg.connect(address, options="-c statement_timeout=0") as connection:
        present = connection.execute(
            "SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s::text[]) AS name",
            [list(NEEDED)],
        ).fetchone()
        if present != (True,):
            return
        for statement in STATEMENTS:
            for (line,) in connection.execute(statement.encode()):
                yield line


def _told(database_url: str) -> list[str]:
    try:
        return list(lines(database_url))
    except psycopg.OperationalError:
        return []  # nobody can ask a database that is not up; it is asked when it is


def _post(
    simulator_url: str, lever: str, body: str, *, name: str = "stripe"
) -> dict[str, dict[str, int]]:
    request = urllib.request.Request(  # noqa: S310 - the address is our own simulator's
        f"{simulator_url.rstrip('/')}/_sim/{lever}", data=body.encode(), method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            found: dict[str, dict[str, int]] = json.load(answer)
            return found
    except urllib.error.HTTPError as refusal:
        words = refusal.read().decode(errors="replace")[:300]
        raise StackTrouble(
            f"The {name.title()} simulator did not take what it was told: {words}",
            "Seed the database anew: `instainstru seed`.",
        ) from refusal
    except OSError as failure:
        raise StackTrouble(
            f"The {name.title()} simulator does not answer ({failure}).",
            f"Look at its log: `instainstru stack logs {name}`.",
        ) from failure
