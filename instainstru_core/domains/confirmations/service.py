"""Propose a change, take it up once, and remember what came of it.

A unit of work that takes a confirmation holds its row until it ends: two executions at the same
moment wait for each other, and the second finds what the first did. Work over several units takes
a lease instead, and gives it back when it fails: a failure is never what a token answers.
"""

import secrets
from datetime import timedelta

from pydantic import BaseModel

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.confirmations import policy, repository
from instainstru_core.domains.confirmations.errors import (
    ConfirmationDeclined,
    ConfirmationExpired,
    ConfirmationForeign,
    ConfirmationOfAnother,
    ConfirmationUnknown,
    ConfirmationUsed,
    ExecutionUnderWay,
    NobodyToBind,
    StateChanged,
)
from instainstru_core.domains.confirmations.models import Confirmation
from instainstru_core.domains.confirmations.repository import Confirmations
from instainstru_core.domains.confirmations.schemas import ConfirmationView
from instainstru_core.domains.confirmations.types import ConfirmationState, Taken, Verdict
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("confirmations.propose")
def propose(
    uow: Uow,
    *,
    action: str,
    payload: BaseModel,
    state_version: str,
    summary: str,
    lasts: timedelta = policy.STANDARD,
) -> ConfirmationView:
    """Note what the actor was shown. Whoever may do it was asked by the service that showed it."""
    if uow.actor.id is None:
        raise NobodyToBind("A change is confirmed by whoever was shown it. Sign in first.")
    row = Confirmations(uow.session).add(
        Confirmation(
            id=_new_token(),
            action=action,
            actor_kind=uow.actor.kind,
            actor_id=uow.actor.id,
            operator=uow.actor.operator,
            payload=payload.model_dump(mode="json"),
            state_version=state_version,
            summary=summary,
            state=ConfirmationState.OPEN,
            attempts=0,
            proposed_at=uow.now,
            expires_at=uow.now + lasts,
        )
    )
    _audit(uow, "propose", row)
    return _view(uow, row)


@operation("confirmations.look")
def look(uow: Uow, token: str, *, action: str) -> ConfirmationView:
    """What the actor is about to confirm. Refused like taking it is, but nothing is taken."""
    row = _own(uow, token, action, lock=False)
    _refuse_unless_usable(row, _judged(uow, row), uow)
    return _view(uow, row)


@operation("confirmations.take")
def take(uow: Uow, token: str, *, action: str, lease: timedelta | None = None) -> Taken:
    """The change to be made now, or what came of it when it was made before.

    Without a lease the row is held until this unit of work ends. With one, nobody else gets it
    until `finish`, `release` or the end of the lease, whichever comes first.
    """
    row = _own(uow, token, action, lock=True)
    verdict = _judged(uow, row)
    _refuse_unless_usable(row, verdict, uow)
    if verdict is Verdict.REPLAY:
        return _taken(row)
    row.attempts += 1
    if lease is not None:
        row.state, row.lease_until = ConfirmationState.EXECUTING, uow.now + lease
    uow.session.flush()
    return _taken(row)


def require_same(taken: Taken, state_version: str) -> None:
    """Refuse with StateChanged where the state is no longer the one the actor was shown."""
    if taken.state_version != state_version:
        raise StateChanged(
            "Something changed since this was shown, so nothing was done. Preview it again, then"
            " confirm the new preview.",
            action=taken.action,
        )


@operation("confirmations.finish")
def finish(uow: Uow, taken: Taken, result: BaseModel) -> None:
    """Remember the result: a repeat gets it. Left alone where somebody finished it before."""
    row = _held(uow, taken)
    if row.state is ConfirmationState.DONE:
        return
    row.state, row.result = ConfirmationState.DONE, result.model_dump(mode="json")
    row.finished_at, row.lease_until = uow.now, None
    uow.session.flush()
    _audit(uow, "execute", row)


@operation("confirmations.release")
def release(uow: Uow, taken: Taken) -> None:
    """Give the lease back after a failure. Left alone where somebody else holds it by now."""
    row = _held(uow, taken)
    if row.state is ConfirmationState.EXECUTING and row.attempts == taken.attempt:
        row.state, row.lease_until = ConfirmationState.OPEN, None
        uow.session.flush()


@operation("confirmations.decline")
def decline(uow: Uow, token: str, *, action: str) -> None:
    """Note that the actor does not want it: the token is worth nothing from now on."""
    row = _own(uow, token, action, lock=True)
    _refuse_unless_usable(row, _judged(uow, row), uow)
    if row.state is ConfirmationState.OPEN:
        row.state, row.finished_at = ConfirmationState.DECLINED, uow.now
        uow.session.flush()
        _audit(uow, "decline", row)


@operation("confirmations.forget")
def forget(uow: Uow, *, limit: int) -> int:
    """Delete the oldest that nobody needs any more, and say how many."""
    return repository.forget(uow.session, before=uow.now - policy.KEPT_FOR, limit=limit)


def _new_token() -> str:
    """A token of 99 bits: nobody guesses it, and a model can repeat it."""
    return "".join(secrets.choice(policy.ALPHABET) for _ in range(policy.TOKEN_LENGTH))


def _own(uow: Uow, token: str, action: str, *, lock: bool) -> Confirmation:
    query = repository.with_token(token)
    row = Confirmations(uow.session).one_or_none(query.with_for_update() if lock else query)
    if row is None:
        raise ConfirmationUnknown("There is no such confirmation. Preview the change to get one.")
    whose = row.actor_kind, row.actor_id, row.operator
    if whose != (uow.actor.kind, uow.actor.id, uow.actor.operator):
        raise ConfirmationForeign(
            "Somebody else was shown this change. Preview it yourself, then confirm your preview."
        )
    if row.action != action:
        raise ConfirmationOfAnother(
            f"This confirmation is for {row.action}. Use it there, or preview this change.",
            action=row.action,
        )
    return row


def _held(uow: Uow, taken: Taken) -> Confirmation:
    query = repository.with_token(taken.id).with_for_update()
    return uow.session.scalars(query).one()


def _judged(uow: Uow, row: Confirmation) -> Verdict:
    return policy.judge(
        row.state,
        expires_at=row.expires_at,
        lease_until=row.lease_until,
        finished_at=row.finished_at,
        now=uow.now,
    )


def _refuse_unless_usable(row: Confirmation, verdict: Verdict, uow: Uow) -> None:
    match verdict:
        case Verdict.EXPIRED:
            raise ConfirmationExpired(
                f"This confirmation ended at {row.expires_at.isoformat()}, and nothing was done."
                " Preview the change again.",
                expired_at=row.expires_at.isoformat(),
            )
        case Verdict.USED:
            raise ConfirmationUsed(
                "This confirmation was used, longer ago than its answer is kept. Look at what it"
                " changed, and preview again if there is more to change."
            )
        case Verdict.DECLINED:
            raise ConfirmationDeclined(
                "This change was declined, so nothing was done. Preview it again if it is wanted."
            )
        case Verdict.BUSY:
            waits = (row.lease_until or uow.now) - uow.now
            raise ExecutionUnderWay(
                "This change is being made right now. Ask again with the same confirmation: it is"
                " not made twice.",
                retry_after=min(5, max(1, int(waits.total_seconds()))),
            )
        case Verdict.READY | Verdict.REPLAY:
            return


def _taken(row: Confirmation) -> Taken:
    return Taken(
        id=row.id,
        action=row.action,
        payload=row.payload,
        state_version=row.state_version,
        attempt=row.attempts,
        result=row.result,
    )


def _view(uow: Uow, row: Confirmation) -> ConfirmationView:
    return ConfirmationView(
        token=row.id,
        action=row.action,
        summary=row.summary,
        expires_at=row.expires_at,
        expires_in_seconds=max(0, int((row.expires_at - uow.now).total_seconds())),
        is_done=row.state is ConfirmationState.DONE,
    )


def _audit(uow: Uow, verb: str, row: Confirmation) -> None:
    reason = row.payload.get("reason") or row.payload.get("reason_code")
    audit.record(
        uow,
        f"confirmations.{verb}",
        subject_kind="confirmation",
        subject_id=row.id,
        details={"action": row.action, "attempt": row.attempts}
        | ({"reason": reason[:100]} if isinstance(reason, str) else {}),
    )
