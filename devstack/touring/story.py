"""One lesson lived through over HTTP: booked, paid for, cancelled too late, to the cent.

The amounts are worked out here once more by plain arithmetic, and compared with what the API, the
ledger, the provider and the mail say.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from devstack.seeding.operations import ADMIN_EMAIL
from devstack.seeding.world import PASSWORD
from devstack.touring.addresses import Addresses
from devstack.touring.stop import Facts, differences, one

API = "/api/v1"
TIMEOUT_SECONDS = 120.0
MAIL_SECONDS = 180.0
LATE = timedelta(hours=12)
MARGIN = timedelta(minutes=20)
TEACHER = """
SELECT o.id, i.id, u.first_name FROM instructors i
JOIN users u ON u.id = i.id
JOIN connect_accounts a ON a.instructor_id = i.id AND a.payouts_enabled
JOIN offerings o ON o.instructor_id = i.id AND o.is_active AND 60 = ANY (o.durations)
JOIN offering_prices p ON p.offering_id = o.id AND p.format = 'online'
WHERE i.is_live AND NOT i.overnight_protection ORDER BY o.id LIMIT 1
"""
STUDENT = """
SELECT u.email, u.first_name FROM users u
JOIN payment_methods p ON p.user_id = u.id AND p.is_default AND p.last4 = '4242'
WHERE NOT EXISTS (SELECT FROM payer_standings s WHERE s.user_id = u.id)
  AND NOT EXISTS (SELECT FROM lesson_money m WHERE m.student_id = u.id AND m.debt_cents > 0)
  AND NOT EXISTS (SELECT FROM bookings b WHERE b.student_id = u.id AND b.status = 'CONFIRMED')
ORDER BY u.id DESC LIMIT 1
"""
BOOKED = """
SELECT m.captured_cents, m.owed_cents, m.paid_cents, m.credit_back_cents, c.fee_cents, c.intent_id
FROM lesson_money m JOIN charges c ON c.id = m.charge_id WHERE m.booking_id = %s
"""
LETTERS = ("confirmed", "cancelled")


@dataclass(slots=True)
class Story:
    """What happened so far. `problems` says what is not as it should be."""

    addresses: Addresses
    connection: psycopg.Connection
    problems: list[str] = field(default_factory=list[str])
    student_email: str = ""
    teacher_email: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def live(self) -> None:
        """Book, pay, cancel, and look at the money."""
        offering_id, teacher_id, teacher = one(self.connection, TEACHER)
        self.student_email, student = one(self.connection, STUDENT)
        (self.teacher_email,) = one(
            self.connection, "SELECT email FROM users WHERE id = %s", teacher_id
        )
        with _signed_in(self.addresses.api, self.student_email) as api:
            before = _json(api.get("/credits"))["available_cents"]
            starts_local = _soonest(api, teacher_id)
            wish = {
                "offering_id": offering_id,
                "format": "online",
                "starts_local": starts_local,
                "duration_minutes": 60,
            }
            booking = _json(api.post("/bookings", json=wish, headers=_once()))
            self._tell(
                f"{student} books {booking['service_name']} with {teacher} at {starts_local[11:16]}"
                f" for {_exact(booking['total_cents'])}: {booking['status']}"
            )
            booking_id = booking["id"]
            paid = _json(api.post(f"/bookings/{booking_id}/checkout", json={}, headers=_once()))
            self._hold(booking_id, paid["result"], booking["total_cents"])
            reason = {"reason": "I have a cold and cannot come."}
            gone = _json(api.post(f"/bookings/{booking_id}/cancel", json=reason))
            self._tell(f"{student} cancels less than 12 hours before: {gone['status']}")
            after = _json(api.get("/credits"))["available_cents"]
        self._settled(booking_id, gone, wallet=after - before)
        self._explain(booking_id)

    def read_mail(self) -> None:
        """Wait for the letters to both, and say who was told what."""
        if self.addresses.resend is None:
            return
        wanted = {
            (address, word)
            for address in (self.student_email, self.teacher_email)
            for word in LETTERS
        }
        deadline = time.monotonic() + MAIL_SECONDS
        found: list[tuple[str, str]] = []
        while True:
            found = self._letters()
            missing = [
                (to, word)
                for to, word in wanted
                if not any(to == known and word in subject.lower() for known, subject in found)
            ]
            if not missing or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        for to, subject in found:
            self._tell(f"mail to {to}: {subject}")
        self.problems += [f"no mail to {to} says {word!r}" for to, word in missing]

    def _hold(self, booking_id: str, result: str, total: int) -> None:
        intent_id = one(self.connection, BOOKED, booking_id)[-1]
        answer = httpx.get(
            f"{self.addresses.stripe}/v1/payment_intents/{intent_id}",
            headers={"Authorization": f"Bearer {self.addresses.stripe_key}"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )
        intent = _json(answer)
        self._tell(f"checkout: {result}; Stripe says {intent['status']}, {_exact(total)} held")
        self._check(
            {"result": result, "status": intent["status"], "held": intent["amount_capturable"]},
            {"result": "confirmed", "status": "requires_capture", "held": total},
        )

    def _settled(self, booking_id: str, gone: dict[str, Any], *, wallet: int) -> None:
        """Half of the price comes back as credit, half of the payout goes to the instructor."""
        total, price, fee = (
            gone["total_cents"],
            gone["lesson_price_cents"],
            gone["student_fee_cents"],
        )
        captured, owed, sent, credit, stripe_fee, _ = one(self.connection, BOOKED, booking_id)
        (payout,) = one(
            self.connection, "SELECT payout_cents FROM bookings WHERE id = %s", booking_id
        )
        ours = total - _half(price) - _half(payout)
        self._tell(
            f"charged {_exact(captured)}: {_exact(credit)} credit for the student,"
            f" {_exact(sent)} for the instructor, {_exact(ours)} for the platform,"
            f" of which {_exact(stripe_fee)} go to Stripe"
        )
        self._check(
            {
                "charged": captured,
                "credit": credit,
                "wallet": wallet,
                "owed": owed,
                "sent": sent,
                "fee": stripe_fee,
            },
            {
                "charged": price + fee,
                "credit": _half(price),
                "wallet": _half(price),
                "owed": _half(payout),
                "sent": _half(payout),
                "fee": (total * 29 + 500) // 1000 + 30,
            },
        )

    def _explain(self, booking_id: str) -> None:
        """Every journal of the lesson, and that nothing is left over."""
        with _signed_in(self.addresses.api, ADMIN_EMAIL) as api:
            found = _json(api.get(f"/ledger/{booking_id}/explain"))
        for journal in found["journals"]:
            parts = ", ".join(
                f"{entry['account']} {_signed(entry['cents'])}" for entry in journal["entries"]
            )
            self._tell(f"ledger {journal['fact']}: {parts}")
        facts = [journal["fact"] for journal in found["journals"]]
        self._check(
            {"balanced": found["is_balanced"], "left": found["pot_cents"], "facts": facts},
            {
                "balanced": True,
                "left": 0,
                "facts": [
                    "captured",
                    "credit_issued",
                    "settled_student_cancel_lt12_split_50_50",
                    "transferred",
                ],
            },
        )

    def _letters(self) -> list[tuple[str, str]]:
        answer = httpx.get(
            f"{self.addresses.resend}/_sim/outbox",
            params={"limit": "100"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )
        mine = {self.student_email, self.teacher_email}
        return [
            (mail["to"][0], mail["subject"])
            for mail in reversed(_json(answer)["data"])
            if mail["to"][0] in mine and datetime.fromisoformat(mail["created_at"]) > self.since
        ]

    def _check(self, claimed: Facts, true: Facts) -> None:
        self.problems += differences(claimed, true)

    def _tell(self, words: str) -> None:
        print(f"     {words}", flush=True)


@contextmanager
def _signed_in(api: str, email: str) -> Generator[httpx.Client]:
    with httpx.Client(base_url=api + API, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        tokens = _json(client.post("/auth/sign-in", json={"email": email, "password": PASSWORD}))
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        yield client


def _soonest(api: httpx.Client, teacher_id: str) -> str:
    """The first start of all within the next 12 hours, on the wall clock."""
    wish = {"minutes": "60", "format": "online"}
    found = _json(api.get(f"/availability/instructors/{teacher_id}/free-times", params=wish))
    at = found["earliest_at"]
    if at is None or datetime.fromisoformat(at) > datetime.now(UTC) + LATE - MARGIN:
        msg = "nobody can be booked within the next 12 hours"
        raise LookupError(msg)
    day = next(day for day in found["days"] if day["starts"])
    return f"{day['day']}T{day['starts'][0]}:00"


def _once() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def _json(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_error:
        msg = f"{answer.request.method} {answer.request.url.path}: {answer.text[:300]}"
        raise LookupError(msg)
    found: dict[str, Any] = answer.json()
    return found


def _half(cents: int) -> int:
    """Half of an amount, the odd cent rounded up."""
    return (cents + 1) // 2


def _exact(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def _signed(cents: int) -> str:
    return f"{'-' if cents < 0 else '+'}{_exact(abs(cents))}"
