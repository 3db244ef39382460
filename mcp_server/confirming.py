"""Changes in two steps: shown first, then made exactly as shown, once.

A preview tells what would happen and hands out a token of 20 characters. The token stands for a
row: whose preview it was, the exact payload, and the version of the state that was shown. Executing
takes nothing but the token: nobody can confirm one thing and make another. It is made once; a
repeat within a day answers what the first did, marked `replayed`. It is refused, with nothing done,
when it has expired, was declined, belongs to somebody else or to another change, or when the state
is no longer the one shown (`confirmation.*`). A failure leaves it open.

A change that is one unit of work is a `OneUnit`: judging and making are one transaction.

    @previews("Preview a suspension")
    def instructor_suspend_preview(
        call: Call, instructor: InstructorId, reason: SuspensionReason, note: Note = None
    ) -> Answer[Proposed[SuspensionPreview]]:
        \"""Show what suspending an instructor would do.\"""
        wish = SuspendInstructor(instructor_id=instructor, reason=reason, note=note)
        return propose(call, SUSPENSION, wish)


    @writes("Suspend an instructor", destructive=True, idempotent=True, direct=False)
    def instructor_suspend_execute(
        call: Call, confirm_token: ConfirmToken
    ) -> Answer[Made[SuspensionView]]:
        \"""Suspend an instructor as previewed.\"""
        return execute(call, SUSPENSION, confirm_token)


    SUSPENSION = OneUnit(
        action="instructor_suspend_execute",   # the tool that executes it, without the prefix
        wish=SuspendInstructor,                # a frozen model: what is stored and comes back
        made=SuspensionView,
        preview=lambda uow, wish: Shown(told, summary="Suspend Maya O. ...", state=stamp(...)),
        make=lambda uow, wish, key: instructors.suspend(uow, wish),
    )

A change that calls a vendor between units of work is `Steps`. Its `make` gets an `Order` with the
token as `key`, the idempotency key of all it does, and the `state` that was shown. A crash may
have it made again with the same key: it must bear that. Where `make` compares `order.state` in the
transaction that changes things, say `compares=True`: that is the safest, and an interrupted one is
taken up again. Else the state is compared here, right before.

`stamp(...)` makes a version of everything a decision rested on: statuses, amounts, versions of
rows; not of the moment. `summary` is the sentence a person agrees to: whole, with names and
amounts. Put the reason code into the wish as `reason`: the trail has it then.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import to_json

from instainstru_core.domains.confirmations import service as confirmations
from instainstru_core.domains.confirmations.policy import LEASE, STANDARD
from instainstru_core.domains.confirmations.schemas import ConfirmationView
from instainstru_core.domains.confirmations.types import Taken
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Uow
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import CONFIRM_TOKEN, Call

Wish = TypeVar("Wish", bound=BaseModel)
Told = TypeVar("Told", bound=BaseModel)
Result = TypeVar("Result", bound=BaseModel)

ConfirmToken = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_upper=True, max_length=40, pattern=r"^[A-Za-z0-9]+$"
    ),
    Field(
        description="As shown.",
        examples=["7KQ4W9ZT2MXB5RHCV8NA"],
    ),
]

_log = logger(__name__)


class Proposed(BaseModel, Generic[Told]):
    """What would happen, and the token that confirms it."""

    model_config = ConfigDict(frozen=True)

    confirm_token: str
    expires_at: datetime
    expires_in_seconds: int
    summary: str
    preview: Told


class Made(BaseModel, Generic[Result]):
    """What was done. `replayed` says that it was done before, and nothing was done now."""

    model_config = ConfigDict(frozen=True)

    replayed: bool
    result: Result


@dataclass(frozen=True, slots=True)
class Shown(Generic[Told]):
    """What a preview found: the view, the sentence to agree to, and what it rested on."""

    told: Told
    summary: str
    state: str
    warnings: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Order:
    """What a change over several units of work is made with."""

    key: str
    state: str


@dataclass(frozen=True, slots=True)
class OneUnit(Generic[Wish, Told, Result]):
    """A change that is one unit of work. `hold` takes the locks under which it is judged."""

    action: str
    wish: type[Wish]
    made: type[Result]
    preview: Callable[[Uow, Wish], Shown[Told]]
    make: Callable[[Uow, Wish, str], Result]
    hold: Callable[[Uow, Wish], None] | None = None
    lasts: timedelta = STANDARD


@dataclass(frozen=True, slots=True)
class Steps(Generic[Wish, Told, Result]):
    """A change that calls somebody between units of work."""

    action: str
    wish: type[Wish]
    made: type[Result]
    preview: Callable[[Call, Wish], Shown[Told]]
    make: Callable[[Call, Wish, Order], Result]
    compares: bool = False
    lasts: timedelta = STANDARD
    lease: timedelta = LEASE


Change: TypeAlias = OneUnit[Wish, Told, Result] | Steps[Wish, Told, Result]
_Any: TypeAlias = OneUnit[Any, Any, Any] | Steps[Any, Any, Any]


def stamp(*parts: object) -> str:
    """The version of a state: of every value that a decision rested on."""
    return hashlib.sha256(to_json(parts)).hexdigest()[:32]


def propose(call: Call, change: Change[Wish, Told, Result], wish: Wish) -> Answer[Proposed[Told]]:
    """Show the change and hand out the token that confirms exactly this."""
    if isinstance(change, OneUnit):
        with call.begin() as uow:
            shown = change.preview(uow, wish)
            noted = _noted(uow, change, wish, shown)
    else:
        shown = change.preview(call, wish)
        with call.begin() as uow:
            noted = _noted(uow, change, wish, shown)
    data: Proposed[Told] = Proposed(
        confirm_token=noted.token,
        expires_at=noted.expires_at,
        expires_in_seconds=noted.expires_in_seconds,
        summary=shown.summary,
        preview=shown.told,
    )
    return answer(
        Report(data=data, warnings=shown.warnings),
        as_of=call.runtime.clock(),
        next_actions=[
            suggest(
                change.action,
                "Do exactly this, once the person you work for has agreed to the summary.",
                **{CONFIRM_TOKEN: noted.token},
            )
        ],
    )


def execute(call: Call, change: Change[Wish, Told, Result], token: str) -> Answer[Made[Result]]:
    """Make the change that was shown under this token, once."""
    taken, result = (
        _in_one_unit(call, change, token)
        if isinstance(change, OneUnit)
        else _in_steps(call, change, token)
    )
    replayed = taken.result is not None
    warnings = ["This was done before: nothing was done now, this is what came of it then."]
    return answer(
        Report(data=Made(replayed=replayed, result=result), warnings=warnings if replayed else []),
        as_of=call.runtime.clock(),
    )


def _in_one_unit(
    call: Call, change: OneUnit[Wish, Told, Result], token: str
) -> tuple[Taken, Result]:
    """One transaction: whatever is refused or fails leaves the confirmation as it was."""
    with call.begin() as uow:
        taken = confirmations.take(uow, token, action=change.action)
        if taken.result is not None:
            return taken, change.made.model_validate(taken.result)
        wish = change.wish.model_validate(taken.payload)
        if change.hold is not None:
            change.hold(uow, wish)
        confirmations.require_same(taken, change.preview(uow, wish).state)
        result = change.make(uow, wish, taken.id)
        confirmations.finish(uow, taken, result)
        return taken, result


def _in_steps(call: Call, change: Steps[Wish, Told, Result], token: str) -> tuple[Taken, Result]:
    with call.begin() as uow:
        taken = confirmations.take(uow, token, action=change.action, lease=change.lease)
    if taken.result is not None:
        return taken, change.made.model_validate(taken.result)
    try:
        wish = change.wish.model_validate(taken.payload)
        if not change.compares:
            confirmations.require_same(taken, change.preview(call, wish).state)
        result = change.make(call, wish, Order(taken.id, taken.state_version))
    except BaseException:
        _released(call, taken)
        raise
    with call.begin() as uow:
        confirmations.finish(uow, taken, result)
    return taken, result


def _noted(uow: Uow, change: _Any, wish: BaseModel, shown: Shown[Told]) -> ConfirmationView:
    return confirmations.propose(
        uow,
        action=change.action,
        payload=wish,
        state_version=shown.state,
        summary=shown.summary,
        lasts=change.lasts,
    )


def _released(call: Call, taken: Taken) -> None:
    """Give the lease back. Where even that fails it ends by itself: the first failure is told."""
    try:
        with call.begin() as uow:
            confirmations.release(uow, taken)
    except Exception:  # noqa: BLE001 - the failure that led here must be the one that is told
        _log.exception("confirmation_not_released", action=taken.action)
