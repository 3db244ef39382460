"""Writing down what was searched for and shown: one statement, and one for the history."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from instainstru_core.domains.search.policy import recording as policy
from instainstru_core.domains.search.repository import histories
from instainstru_core.domains.search.repository import recording as repository
from instainstru_core.domains.search.types.recording import (
    Device,
    Noted,
    Searcher,
    Visitor,
)
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

_salts: dict[date, bytes] = {}


@operation("search.searcher")
def searcher(uow: Uow, visitor: Visitor, *, secret: str) -> Searcher:
    """Who asks, as it is kept: hashed with the secret, their address with the salt of the day.

    One statement on the first call of a UTC day in each process, none after it.
    """
    day = uow.now.date()
    salt = _salts.get(day)
    if salt is None:
        salt = repository.salt(uow.session, day, secrets.token_bytes(policy.SALT_BYTES))
        for old in [known for known in list(_salts) if known < day]:
            _salts.pop(old, None)
        _salts[day] = salt
    user_id = uow.actor.id if uow.actor.kind is ActorKind.USER else None
    return policy.searcher(visitor, user_id, secret=secret, salt=salt)


def known_searcher(
    visitor: Visitor, user_id: str | None, *, day: date, secret: str
) -> Searcher | None:
    """The same without a unit of work; None where the salt of the day is not known here yet."""
    salt = _salts.get(day)
    if salt is None:
        return None
    return policy.searcher(visitor, user_id, secret=secret, salt=salt)


def guest_session(*tokens: str | None) -> str | None:
    """The first of these that has the shape of a guest session."""
    return next((token for token in tokens if policy.is_guest(token)), None)


@operation("search.note")
def note(uow: Uow, *searches: Noted) -> None:
    """Write searches down with what they showed, and add them to their owners' histories.

    One statement for all of them, one for the histories of users and one for those of guests. What
    is on record already is left alone. Texts lose what tells of people first.
    """
    rows = {one.search_id: one for one in searches}
    if not rows:
        return
    new = repository.note(
        uow.session,
        [_row(one) for one in rows.values()],
        [shown for one in rows.values() for shown in _shown(one)],
    )
    histories.note(uow.session, _remembered(rows[search_id] for search_id in new))


def _row(one: Noted) -> dict[str, Any]:
    keys = one.area_keys
    services = policy.meant(one.service_ids, one.service_scores)
    text = policy.redacted(one.text)
    unresolved = one.unresolved_place
    return {
        "id": one.search_id,
        "at": one.at.isoformat(),
        "user_id": one.searcher.user_id,
        "person": one.searcher.person,
        "address_hash": one.searcher.address_hash,
        "device": one.searcher.device,
        "source": one.source,
        "text": text,
        "normalized_text": policy.folded(text),
        "wish_text": policy.wish(one.text, one.parsed),
        "slots": None if one.parsed is None else policy.slots(one.parsed),
        "service_id": services[0] if len(services) == 1 else None,
        "service_ids": services,
        "area_key": keys[0] if keys is not None and len(keys) == 1 else None,
        "area_keys": None if keys is None else list(keys),
        "unresolved_place": None if unresolved is None else policy.redacted(unresolved),
        "result_count": one.result_count,
        "strict_count": one.strict_count,
        "relaxed": list(one.relaxed),
        "took_ms": round(one.took_ms),
        "stages": {name: round(spent, 3) for name, spent in one.stages.items()},
        "cache_hit": one.cache_hit,
        "shown_as": one.shown_as,
        "level": one.level,
        "skipped": list(one.skipped),
    }


def _shown(one: Noted) -> list[dict[str, Any]]:
    return [
        {
            "search_id": one.search_id,
            "position": result.position,
            "instructor_id": result.instructor_id,
            "service_id": result.service_id,
            "score": result.score,
            "found_by": result.found_by,
            "signals": {name: round(value, 4) for name, value in result.signals.items()},
            "relaxed": list(result.relaxed),
        }
        for result in {result.position: result for result in one.shown}.values()
    ]


def _remembered(searches: Iterable[Noted]) -> Sequence[dict[str, Any]]:
    """A row for each owner and text, in an order that all processes share."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in sorted(searches, key=lambda search: search.at):
        user_id, guest = one.searcher.owner
        text = policy.redacted(one.text)
        key = (user_id or "", guest or "", policy.folded(text))
        if key[:2] == ("", "") or not key[2] or one.searcher.device is Device.PROGRAM:
            continue
        earlier = rows.get(key)
        rows[key] = {
            "id": earlier["id"] if earlier else new_id(),
            "user_id": user_id,
            "guest": guest,
            "text": text,
            "normalized_text": key[2],
            "source": one.source,
            "result_count": one.result_count,
            "times": earlier["times"] + 1 if earlier else 1,
            "first_at": earlier["first_at"] if earlier else one.at,
            "last_at": one.at,
            "deleted_at": None,
        }
    return [rows[key] for key in sorted(rows)]
