"""The provider itself, without a network: candidates, invitations, reports, signed webhooks.

`POST /_sim/invitations/<id>/complete` is the person who fills in the form; then
`POST /_sim/reports/<id>` moves the report: {"status": "complete", "result": "clear"}.
"""

import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, Literal, TypeAlias, cast
from urllib.parse import urlsplit
from uuid import uuid4

from devstack.checkr_simulator import answers
from devstack.checkr_simulator.answers import Answer, SimulatedTimeout
from instainstru_core.kernel.clock import utc_now

CONTROL = "/_sim/"
INVITATION_LIFE = timedelta(days=7)
KEPT_EVENTS = 10_000
PACKAGE = "basic_plus"
Json: TypeAlias = dict[str, Any]
Trouble = Literal["timeout_before", "timeout_after", "error_before", "error_after", "rate_limit"]
MOVABLE = ("status", "result", "assessment", "adjudication", "includes_canceled")
WORDS = {"dispute": "disputed", "complete": "completed"}


@dataclass(frozen=True, slots=True)
class Webhook:
    """An event on its way, with the signature of its bytes."""

    body: bytes
    signature: str


class Simulator:
    """Answers requests one at a time. `clock` and `mint` make a run repeatable."""

    def __init__(
        self,
        api_key: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        mint: Callable[[], str] = lambda: uuid4().hex[:24],
    ) -> None:
        self._api_key = api_key
        self._clock = clock
        self._mint = mint
        self._things: dict[str, dict[str, Json]] = {
            "candidates": {},
            "invitations": {},
            "reports": {},
        }
        self._keys: dict[str, tuple[object, Answer]] = {}
        self._troubles: deque[Trouble] = deque()
        self._outbox: deque[Webhook] = deque(maxlen=KEPT_EVENTS)
        self._lock = RLock()

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """The answer to one request; header names are lower-case. Raises SimulatedTimeout."""
        path = urlsplit(target).path
        try:
            payload = cast("Json", json.loads(body)) if body else {}
        except ValueError:
            return answers.refused(400, "Invalid JSON")
        with self._lock:
            if path.startswith(CONTROL):
                return self._control(method, path.removeprefix(CONTROL).split("/"), payload)
            if headers.get("authorization") != self._basic():
                return answers.WRONG_KEY
            return self._troubled(method, path, headers.get("idempotency-key"), payload)

    def trouble(self, *kinds: Trouble) -> None:
        """Let the next calls go wrong so, one each."""
        self._troubles.extend(kinds)

    def load(self, checks: Iterable[Json]) -> int:
        """Know these checks, as if each had been ordered here; says how many. Announces nothing.

        Each is {candidate_id, invitation_id, report_id, status, package, email, ...}; what is known
        already stays as it is.
        """
        count = 0
        with self._lock:
            for check in checks:
                count += self._known_from(check)
        return count

    def complete_invitation(self, invitation_id: str) -> str:
        """The person fills in the form: a report begins. Answers with its id."""
        with self._lock:
            invitation = self._things["invitations"][invitation_id]
            report = self._new_report(invitation["candidate_id"], invitation["package"])
            invitation |= {
                "status": "completed",
                "completed_at": self._now(),
                "report_id": report["id"],
            }
            self._tell("invitation.completed", invitation)
            self._tell("report.created", report)
            return str(report["id"])

    def end_invitation(self, invitation_id: str, status: Literal["expired", "deleted"]) -> None:
        """Nobody filled in the form, or it was taken back."""
        with self._lock:
            invitation = self._things["invitations"][invitation_id]
            invitation |= {"status": status}
            self._tell(f"invitation.{status}", invitation)

    def move_report(self, report_id: str, **changes: Any) -> None:  # noqa: ANN401 - JSON
        """Let a report say something else from now on, and tell of it."""
        with self._lock:
            report = self._things["reports"][report_id]
            report |= {name: changes[name] for name in MOVABLE if name in changes}
            if report["status"] in {"complete", "clear", "consider"}:
                report["completed_at"] = report["completed_at"] or self._now()
            happened = changes.get("adjudication") or report["status"]
            if happened in {"clear", "consider"}:
                happened = "completed"
            self._tell(f"report.{WORDS.get(happened, happened)}", report)

    def take_webhooks(self) -> list[Webhook]:
        """What is to be sent, once."""
        with self._lock:
            found = list(self._outbox)
            self._outbox.clear()
            return found

    def invitation_of(self, candidate_id: str) -> str:
        """The candidate's latest invitation."""
        with self._lock:
            return next(
                name
                for name, one in reversed(self._things["invitations"].items())
                if one["candidate_id"] == candidate_id
            )

    def known(self, kind: str) -> list[Json]:
        """All of a kind, the oldest first."""
        with self._lock:
            return [dict(one) for one in self._things[kind].values()]

    def _troubled(self, method: str, path: str, key: str | None, payload: Json) -> Answer:
        trouble = self._troubles.popleft() if self._troubles else None
        match trouble:
            case "timeout_before":
                raise SimulatedTimeout
            case "error_before":
                return answers.BROKEN
            case "rate_limit":
                return answers.TOO_OFTEN
            case _:
                answer = self._once(method, path, key, payload)
        if trouble == "timeout_after":
            raise SimulatedTimeout
        return answers.BROKEN if trouble == "error_after" else answer

    def _once(self, method: str, path: str, key: str | None, payload: Json) -> Answer:
        """The first answer again, for a key that was used before."""
        if method != "POST" or key is None:
            return self._api(method, path, payload)
        asked = (path, payload)
        if key in self._keys:
            before, answer = self._keys[key]
            return answer if before == asked else answers.OTHER_PAYLOAD
        answer = self._api(method, path, payload)
        self._keys[key] = asked, answer
        return answer

    def _api(self, method: str, path: str, payload: Json) -> Answer:
        match method, path.strip("/").split("/"):
            case "POST", ["v1", "candidates"]:
                return self._add_candidate(payload)
            case "POST", ["v1", "invitations"]:
                return self._add_invitation(payload)
            case "GET", ["v1", kind, name] if kind in self._things:
                found = self._things[kind].get(name)
                return answers.NOT_FOUND if found is None else Answer(200, dict(found))
            case _, ["v1", kind, *_] if kind in self._things:
                return answers.NO_METHOD
            case _:
                return answers.NOT_FOUND

    def _add_candidate(self, payload: Json) -> Answer:
        if "@" not in str(payload.get("email", "")):
            return answers.refused(400, ["email is invalid"])
        made: Json = self._thing("candidates", "candidate") | {
            "first_name": payload.get("first_name"),
            "middle_name": None,
            "last_name": payload.get("last_name"),
            "email": payload["email"],
            "phone": payload.get("phone"),
            "zipcode": payload.get("zipcode"),
            "dob": None,
            "ssn": None,
            "custom_id": payload.get("custom_id"),
            "report_ids": [],
            "geo_ids": [],
        }
        self._things["candidates"][made["id"]] = made
        return Answer(201, dict(made))

    def _add_invitation(self, payload: Json) -> Answer:
        if payload.get("candidate_id") not in self._things["candidates"]:
            return answers.refused(400, ["candidate not found"])
        for needed in ("package", "work_locations"):
            if not payload.get(needed):
                return answers.refused(400, [f"{needed} is missing"])
        made = self._thing("invitations", "invitation")
        made |= {
            "status": "pending",
            "invitation_url": f"https://apply.checkr.example/invite/{made['id']}",
            "candidate_id": payload["candidate_id"],
            "package": payload["package"],
            "tags": [],
            "report_id": None,
            "completed_at": None,
            "deleted_at": None,
            "expires_at": _wire(self._clock() + INVITATION_LIFE),
        }
        self._things["invitations"][made["id"]] = made
        self._tell("invitation.created", made)
        return Answer(201, dict(made))

    def _known_from(self, check: Json) -> bool:
        invitation_id, report_id = str(check["invitation_id"]), check.get("report_id")
        if invitation_id in self._things["invitations"]:
            return False
        candidate = self._things["candidates"].setdefault(
            str(check["candidate_id"]),
            self._thing("candidates", "candidate", str(check["candidate_id"]))
            | {"email": check.get("email"), "report_ids": []},
        )
        self._things["invitations"][invitation_id] = self._thing(
            "invitations", "invitation", invitation_id
        ) | {
            "status": "completed" if report_id else "pending",
            "candidate_id": candidate["id"],
            "package": check.get("package", PACKAGE),
            "report_id": report_id,
            "expires_at": check.get("expires_at"),
        }
        if report_id is not None:
            candidate["report_ids"].append(report_id)
            self._things["reports"][str(report_id)] = self._thing(
                "reports", "report", str(report_id)
            ) | {
                "status": check.get("status", "pending"),
                "result": check.get("result"),
                "assessment": None,
                "adjudication": None,
                "includes_canceled": False,
                "candidate_id": candidate["id"],
                "package": check.get("package", PACKAGE),
                "completed_at": check.get("completed_at"),
            }
        return True

    def _new_report(self, candidate_id: str, package: str) -> Json:
        made: Json = self._thing("reports", "report") | {
            "status": "pending",
            "result": None,
            "assessment": None,
            "adjudication": None,
            "includes_canceled": False,
            "candidate_id": candidate_id,
            "package": package,
            "completed_at": None,
            "revised_at": None,
            "upgraded_at": None,
            "turnaround_time": None,
            "estimated_completion_time": _wire(self._clock() + timedelta(days=3)),
        }
        self._things["reports"][made["id"]] = made
        self._things["candidates"][candidate_id]["report_ids"].append(made["id"])
        return made

    def _thing(self, kind: str, name: str, known: str | None = None) -> Json:
        made = known or self._mint()
        return {
            "id": made,
            "object": name,
            "uri": f"/v1/{kind}/{made}",
            "created_at": self._now(),
        }

    def _tell(self, happened: str, about: Json) -> None:
        event = {
            "id": self._mint(),
            "object": "event",
            "type": happened,
            "created_at": self._now(),
            "webhook_url": None,
            "account_id": "simulated",
            "data": {"object": dict(about)},
        }
        body = json.dumps(event).encode()
        key = self._api_key.encode()
        self._outbox.append(Webhook(body, hmac.new(key, body, hashlib.sha256).hexdigest()))

    def _control(self, method: str, path: list[str], payload: Json) -> Answer:
        """What testers ask, without a key."""
        try:
            match method, path:
                case "GET", ["health"]:
                    return Answer(200, {"status": "ok"})
                case "GET", [kind] if kind in self._things:
                    return Answer(200, {"object": "list", "data": self.known(kind)})
                case "POST", ["invitations", name, "complete"]:
                    return Answer(200, {"report_id": self.complete_invitation(name)})
                case "POST", ["invitations", name, ("expired" | "deleted") as status]:
                    self.end_invitation(name, status)
                case "POST", ["reports", name]:
                    self.move_report(name, **payload)
                case "POST", ["load"]:
                    self.load(payload["checks"])
                case "POST", ["troubles"]:
                    self.trouble(*cast("list[Trouble]", payload["troubles"]))
                case _:
                    return answers.NOT_FOUND
        except KeyError:
            return answers.NOT_FOUND
        return Answer(200, {"done": True})

    def _basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self._api_key}:".encode()).decode()

    def _now(self) -> str:
        return _wire(self._clock())


def _wire(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
