"""The carrier itself, without a network: takes mails, keeps them, remembers keys for a day."""

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from threading import Lock
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from devstack.resend_simulator import answers
from devstack.resend_simulator.answers import Answer, SimulatedTimeout
from devstack.resend_simulator.faults import Fault, Faults
from instainstru_core.kernel.clock import utc_now

CONTROL = "/_sim/"
KEPT = 10_000
KEY_LIFE = timedelta(hours=24)
MAX_KEY = 256
MAX_RECIPIENTS = 50
MOST_SHOWN = 100
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
EVENTS = {"bounced@resend.dev": "bounced", "complained@resend.dev": "complained"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail that was taken."""

    id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str | None
    html: str | None
    created_at: datetime
    last_event: str
    idempotency_key: str | None

    @property
    def shown(self) -> dict[str, Any]:
        """The mail as the API shows it."""
        return {
            "object": "email",
            "id": self.id,
            "to": list(self.to),
            "from": self.sender,
            "created_at": self.created_at.isoformat(),
            "subject": self.subject,
            "html": self.html,
            "text": self.text,
            "bcc": None,
            "cc": None,
            "reply_to": None,
            "last_event": self.last_event,
        }


class Simulator:
    """Answers requests one at a time. `clock` and `mint` make a run repeatable."""

    def __init__(
        self,
        api_key: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        mint: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self.faults = Faults()
        self._api_key = api_key
        self._clock = clock
        self._mint = mint
        self._kept: deque[Kept] = deque(maxlen=KEPT)
        self._keys: dict[str, tuple[datetime, object, str]] = {}
        self._lock = Lock()

    def outbox(self, *, to: str | None = None, limit: int = MOST_SHOWN) -> list[Kept]:
        """The mails that were taken, newest first."""
        with self._lock:
            newest = reversed(list(self._kept))
        fitting = (mail for mail in newest if to is None or to in mail.to)
        return [mail for _, mail in zip(range(limit), fitting, strict=False)]

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """The answer to one request; header names are lower-case. Raises SimulatedTimeout."""
        path = urlsplit(target).path
        if path.startswith(CONTROL):
            return self._control(method, path.removeprefix(CONTROL), urlsplit(target).query, body)
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            return answers.NO_KEY
        return self._api(method, path, headers, body) if key == self._api_key else answers.WRONG_KEY

    def _api(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        match method, path.strip("/").split("/"):
            case "POST", ["emails"]:
                return self._send(headers.get("idempotency-key"), body)
            case "GET", ["emails", mail_id]:
                return self._shown(mail_id)
            case _, ["emails", *_]:
                return answers.NO_METHOD
            case _:
                return answers.NO_PATH

    def _send(self, key: str | None, body: bytes) -> Answer:
        if key is not None and not 1 <= len(key) <= MAX_KEY:
            return answers.BAD_KEY
        payload: object = None
        with suppress(ValueError):
            payload = json.loads(body)
        wish = _wish(payload)
        if isinstance(wish, Answer):
            return wish
        fault = self.faults.strikes(wish.to[0])
        early = _struck_before(fault)
        if early is not None:
            return early
        with self._lock:
            answer = self._taken(key, payload, wish)
        if fault is not None and fault.trouble == "timeout_after":
            raise SimulatedTimeout
        if fault is not None and fault.trouble == "error_after":
            return answers.BROKEN
        return answer

    def _taken(self, key: str | None, payload: object, wish: "_Wish") -> Answer:
        now = self._clock()
        known = self._keys.get(key) if key is not None else None
        if known is not None and known[0] + KEY_LIFE > now:
            return Answer(200, {"id": known[2]}) if known[1] == payload else answers.OTHER_PAYLOAD
        mail_id = self._mint()
        self._kept.append(
            Kept(
                id=mail_id,
                sender=wish.sender,
                to=wish.to,
                subject=wish.subject,
                text=wish.text,
                html=wish.html,
                created_at=now,
                last_event=EVENTS.get(wish.to[0], "delivered"),
                idempotency_key=key,
            )
        )
        if key is not None:
            self._keys[key] = (now, payload, mail_id)
        return Answer(200, {"id": mail_id})

    def _shown(self, mail_id: str) -> Answer:
        for mail in self.outbox(limit=KEPT):
            if mail.id == mail_id:
                return Answer(200, mail.shown)
        return answers.NO_MAIL

    def _control(self, method: str, name: str, query: str, body: bytes) -> Answer:
        """What testers ask, without a key."""
        asked = {key: values[-1] for key, values in parse_qs(query).items()}
        try:
            match method, name:
                case "GET", "health":
                    return Answer(200, {"status": "ok", "mails": len(self._kept)})
                case "GET", "outbox":
                    return self._listed(asked.get("to"), int(asked.get("limit", MOST_SHOWN)))
                case "GET" | "POST" | "DELETE", "faults":
                    return self._change_faults(method, body)
                case _:
                    return Answer(404, {"error": f"There is no {method} {CONTROL}{name}"})
        except (KeyError, TypeError, ValueError) as problem:
            return Answer(400, {"error": repr(problem)})

    def _listed(self, to: str | None, limit: int) -> Answer:
        found = self.outbox(to=to, limit=limit)
        data = [mail.shown | {"idempotency_key": mail.idempotency_key} for mail in found]
        return Answer(200, {"object": "list", "data": data})

    def _change_faults(self, method: str, body: bytes) -> Answer:
        if method == "POST":
            self.faults.add(Fault.of(json.loads(body)))
        elif method == "DELETE":
            self.faults.clear()
        return Answer(200, {"faults": [asdict(fault) for fault in self.faults.active()]})


@dataclass(frozen=True, slots=True)
class _Wish:
    """A mail that is well-formed."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str | None
    html: str | None


def _wish(payload: object) -> _Wish | Answer:
    """The mail that a request asks for, or what is wrong with it."""
    if not isinstance(payload, dict):
        return answers.bad_field("The request body must be a JSON object.")
    given = cast("dict[str, Any]", payload)
    fault = _lack(given) or _wrong(given)
    if fault is not None:
        return fault
    to = given["to"]
    return _Wish(
        sender=given["from"],
        to=(to,) if isinstance(to, str) else tuple(to),
        subject=given["subject"],
        text=given.get("text"),
        html=given.get("html"),
    )


def _lack(given: Mapping[str, Any]) -> Answer | None:
    for name in ("from", "to", "subject"):
        if not given.get(name):
            return answers.lacking(name)
    if not given.get("html") and not given.get("text"):
        return answers.bad_field("Missing `html` or `text` field.")
    return None


def _wrong(given: Mapping[str, Any]) -> Answer | None:
    texts = [given[name] for name in ("from", "subject", "html", "text") if name in given]
    if not all(isinstance(text, str) for text in texts):
        return answers.bad_field("A field has the wrong type.")
    if not _is_address(given["from"]):
        return answers.refused(422, "invalid_from_address", "Invalid `from` field.")
    to: object = given["to"]
    everyone = cast("list[object]", to) if isinstance(to, list) else [to]
    if len(everyone) > MAX_RECIPIENTS or not all(map(_is_address, everyone)):
        return answers.bad_field("Invalid `to` field.")
    return None


def _is_address(text: object) -> bool:
    return isinstance(text, str) and ADDRESS.fullmatch(parseaddr(text)[1]) is not None


def _struck_before(fault: Fault | None) -> Answer | None:
    """The answer of a carrier that takes nothing because of this fault. May be none at all."""
    if fault is None:
        return None
    if fault.trouble == "timeout_before":
        raise SimulatedTimeout
    if fault.trouble == "error_before":
        return answers.BROKEN
    if fault.trouble == "rate_limit":
        return answers.too_often(fault.retry_after)
    return answers.OUT_OF_QUOTA if fault.trouble == "quota" else None
