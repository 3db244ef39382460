"""Remember what a key already did, so that a repeated request is answered, not repeated."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel
from sqlalchemy import Text, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct
from instainstru_core.kernel.errors import Conflict, Invalid, Unavailable
from instainstru_core.kernel.uow import Uow

KEEP = timedelta(hours=24)
MAX_KEY_LENGTH = 200
CLAIMS = 3

Result = TypeVar("Result", bound=BaseModel)


class KeyReused(Conflict):
    code = "idempotency.key_reused"


class BadKey(Invalid):
    code = "idempotency.bad_key"


class KeyInUse(Unavailable):
    code = "idempotency.key_in_use"


class Known(NamedTuple):
    """What a key that was used before was answered, if it was."""

    response: dict[str, Any] | None


class IdempotencyKey(Base):
    """The answer that one actor's key got for one operation."""

    __tablename__ = "idempotency_keys"

    actor_id: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    response: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


# With a key, every write asks them.
_KEYS = Base.metadata.tables[IdempotencyKey.__tablename__]
_ITS_OWN = (
    _KEYS.c.actor_id == bindparam("its_actor_id", type_=Text),
    _KEYS.c.operation == bindparam("its_operation", type_=Text),
    _KEYS.c.key == bindparam("its_key", type_=Text),
)
_CLAIM = Direct(
    lambda: insert(_KEYS).on_conflict_do_nothing().returning(_KEYS.c.key),
    "actor_id",
    "operation",
    "key",
    "request_hash",
    "created_at",
)
_STORED = Direct(lambda: select(_KEYS.c.request_hash, _KEYS.c.response).where(*_ITS_OWN))
_ANSWER = Direct(
    lambda: update(_KEYS).where(*_ITS_OWN).values(response=bindparam("answer", type_=JSONB))
)


def once(
    uow: Uow,
    *,
    operation: str,
    key: str | None,
    request: BaseModel,
    kind: type[Result],
    produce: Callable[[], Result],
) -> Result:
    """Do it once per key. A repeat with the same request gets the first answer; with another
    request it is refused with KeyReused. Two at the same time: the second waits for the first.
    """
    if key is None:
        return produce()
    identity = _identity(uow, operation, key)
    digest = _digest(request)
    known = _claimed(uow, identity, digest)
    if known is not None:
        return kind.model_validate(known.response)
    result = produce()
    answer(uow, operation=operation, key=key, result=result)
    return result


def claim(
    uow: Uow, *, operation: str, key: str | None, request: BaseModel, kind: type[Result]
) -> Result | None:
    """For work over several transactions: the answer this key got before, or None to do it.

    Without an answer a repeat does the work again: it must bear that. `answer` writes it down.
    """
    if key is None:
        return None
    identity = _identity(uow, operation, key)
    digest = _digest(request)
    known = _claimed(uow, identity, digest)
    return None if known is None or known.response is None else kind.model_validate(known.response)


def answer(uow: Uow, *, operation: str, key: str | None, result: BaseModel) -> None:
    """Write down what a claimed key is answered with from now on."""
    if key is None:
        return
    its_own = _its_own(_identity(uow, operation, key))
    _ANSWER.within(uow.session, {**its_own, "answer": result.model_dump(mode="json")})


def forget(uow: Uow, *, limit: int) -> int:
    """Delete the oldest answers that need no longer be remembered, and say how many."""
    identity = IdempotencyKey.actor_id, IdempotencyKey.operation, IdempotencyKey.key
    old = (
        select(*identity)
        .where(IdempotencyKey.created_at < uow.now - KEEP)
        .order_by(IdempotencyKey.created_at)
        .limit(limit)
    )
    gone = uow.session.scalars(
        delete(IdempotencyKey)
        .where(tuple_(*identity).in_(old))
        .returning(IdempotencyKey.key)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _claimed(uow: Uow, identity: dict[str, str], digest: str) -> Known | None:
    """What is known of a key that was used before; None where it is claimed now.

    An answer may be a day old and forgotten between the two looks: then the key is free again.
    """
    values = {**identity, "request_hash": digest, "created_at": uow.now}
    for _ in range(CLAIMS):
        if _CLAIM.within(uow.session, values):
            return None
        for request_hash, response in _STORED.within(uow.session, _its_own(identity)):
            _refuse_another(request_hash, digest)
            return Known(response)
    raise KeyInUse("This idempotency key is in use at this moment. Try again.", retry_after=1)


def _identity(uow: Uow, operation: str, key: str) -> dict[str, str]:
    if not key.isprintable() or not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise BadKey(f"An idempotency key has 1 to {MAX_KEY_LENGTH} printable characters.")
    return {"actor_id": uow.actor.id or uow.actor.kind, "operation": operation, "key": key}


def _its_own(identity: dict[str, str]) -> dict[str, str]:
    return {f"its_{name}": value for name, value in identity.items()}


def _digest(request: BaseModel) -> str:
    return hashlib.sha256(request.model_dump_json().encode()).hexdigest()


def _refuse_another(known: str, digest: str) -> None:
    if known != digest:
        raise KeyReused(
            "This idempotency key was used for a different request. Use a new key for a new"
            " request, or repeat the first one unchanged."
        )
