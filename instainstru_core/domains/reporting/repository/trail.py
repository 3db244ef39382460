"""Queries over the audit trail, and over what vendors told us, for staff who look for something."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, text, tuple_
from sqlalchemy.orm import Session

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.domains.payments.models import Charge, Chargeback, Refund, Transfer
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.authority import Door
from instainstru_core.kernel.time import Span

WHOLE = ".*"


class TrailFilters(NamedTuple):
    """Which entries of the audit trail are wanted; None does not narrow the search."""

    span: Span
    entry: str | None = None
    actors: Collection[str] | None = None
    action: str | None = None
    subject: str | None = None
    outcome: Outcome | None = None
    door: Door | None = None


class TrailCounts(NamedTuple):
    """How many entries fit, and of which action, outcome and actor."""

    total: int
    by_action: Counter[str]
    by_outcome: Counter[str]
    by_actor: Counter[str]


class HookFilters(NamedTuple):
    """Which events are wanted; None does not narrow the search."""

    span: Span
    state: WebhookState | None = None
    kind: str | None = None
    source: str | None = None


def entries(
    session: Session, wanted: TrailFilters, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[AuditEntry]:
    """One more than `limit` entries, the newest first."""
    query = select(AuditEntry).where(*_fitting(wanted))
    if after is not None:
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < after)
    query = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit + 1)
    return session.scalars(query).all()


def counts(session: Session, wanted: TrailFilters) -> TrailCounts:
    """The same entries in figures, in one statement."""
    action, outcome, actor = AuditEntry.action, AuditEntry.outcome, AuditEntry.actor_id
    sets = func.grouping_sets(tuple_(action), tuple_(outcome), tuple_(actor), text("()"))
    kind = func.grouping(action, outcome, actor)
    query = (
        select(kind, action, outcome, actor, func.count()).where(*_fitting(wanted)).group_by(sets)
    )
    found = TrailCounts(0, Counter(), Counter(), Counter())
    for which, by_action, by_outcome, by_actor, number in session.execute(query):
        match which:
            case 0b011:
                found.by_action[by_action] += number
            case 0b101:
                found.by_outcome[by_outcome.value] += number
            case 0b110:
                found.by_actor[by_actor or ""] += number
            case _:
                found = found._replace(total=number)
    return found


def hooks(
    session: Session, wanted: HookFilters, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[WebhookEvent]:
    """One more than `limit` events, the last received first."""
    query = select(WebhookEvent).where(*_told(wanted))
    if after is not None:
        query = query.where(tuple_(WebhookEvent.received_at, WebhookEvent.id) < after)
    query = query.order_by(WebhookEvent.received_at.desc(), WebhookEvent.id.desc())
    return session.scalars(query.limit(limit + 1)).all()


def hook_states(session: Session, wanted: HookFilters) -> dict[WebhookState, int]:
    """How many of these events stand where."""
    query = select(WebhookEvent.state, func.count()).where(*_told(wanted))
    rows = session.execute(query.group_by(WebhookEvent.state))
    return {row[0]: row[1] for row in rows}


def hook(session: Session, name: str, *, by_id: bool) -> WebhookEvent | None:
    """The event that we or its source call so; the newest, should two sources use one name."""
    column = WebhookEvent.id if by_id else WebhookEvent.event_id
    query = select(WebhookEvent).where(column == name).order_by(WebhookEvent.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def reference_of(session: Session, provider_id: str) -> str | None:
    """What the thing is for that the provider calls so."""
    query = (
        select(Charge.reference)
        .where((Charge.intent_id == provider_id) | (Charge.vendor_charge_id == provider_id))
        .union_all(
            select(Charge.reference)
            .join(Refund, Refund.charge_id == Charge.id)
            .where(Refund.vendor_id == provider_id),
            select(Transfer.reference).where(Transfer.vendor_id == provider_id),
            select(Chargeback.reference).where(Chargeback.vendor_id == provider_id),
        )
    )
    return session.scalars(query.limit(1)).one_or_none()


def _fitting(wanted: TrailFilters) -> list[ColumnElement[bool]]:
    if wanted.entry is not None:
        return [AuditEntry.id == wanted.entry]
    exact = (
        (AuditEntry.subject_id, wanted.subject),
        (AuditEntry.outcome, wanted.outcome),
        (AuditEntry.door, wanted.door),
    )
    found = [AuditEntry.at >= wanted.span.start, AuditEntry.at < wanted.span.end]
    found += [column == value for column, value in exact if value is not None]
    if wanted.actors is not None:
        found.append(AuditEntry.actor_id.in_(wanted.actors))
    if wanted.action is not None and wanted.action.endswith(WHOLE):
        whole = wanted.action.removesuffix("*")
        found.append(AuditEntry.action.startswith(whole, autoescape=True))
    elif wanted.action is not None:
        found.append(AuditEntry.action == wanted.action)
    return found


def _told(wanted: HookFilters) -> list[ColumnElement[bool]]:
    received = WebhookEvent.received_at
    found = [received >= wanted.span.start, received < wanted.span.end]
    if wanted.state is not None:
        found.append(WebhookEvent.state == wanted.state)
    if wanted.source is not None:
        found.append(WebhookEvent.source == wanted.source)
    if wanted.kind is not None and wanted.kind.endswith(WHOLE):
        whole = wanted.kind.removesuffix("*")
        found.append(WebhookEvent.kind.startswith(whole, autoescape=True))
    elif wanted.kind is not None:
        found.append(WebhookEvent.kind == wanted.kind)
    return found
