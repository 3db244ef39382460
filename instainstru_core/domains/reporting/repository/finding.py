"""Whatever has an id, a code or a name: one statement for each way of asking."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Float,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.onboarding.models import Invite
from instainstru_core.domains.payments.models import (
    Charge,
    Chargeback,
    ConnectAccount,
    IdentityCheck,
    PaymentCommand,
    PaymentCustomer,
    PaymentMethod,
    Payout,
    Refund,
    Transfer,
)
from instainstru_core.domains.payments.types import Action
from instainstru_core.domains.reporting.policy import naming
from instainstru_core.domains.reporting.repository import things
from instainstru_core.domains.reporting.types import FoundKind
from instainstru_core.domains.webhooks.models import WebhookEvent

SHORT = 3
"""Words of fewer letters are only looked for where names begin."""
MENTIONS = 3
STRIPE = "stripe"
WANTED = bindparam("wanted", type_=String)
FULL_NAME: ColumnElement[str] = func.lower(User.first_name + literal_column("' '") + User.last_name)
"""As its index has it, and so are these two."""
OBJECT_ID: ColumnElement[str] = literal_column(
    "webhook_events.payload #>> '{data,object,id}'", Text
)
PROVIDER_ID: ColumnElement[str] = literal_column("payment_commands.result ->> 'id'", Text)


class Hit(NamedTuple):
    """Something that was found, and whose and what it is."""

    kind: FoundKind
    id: str
    person_id: str | None
    other_id: str | None
    reference: str | None
    title: str | None
    state: str | None
    at: datetime | None
    cents: int | None
    is_mentioned: bool


class Named(NamedTuple):
    """A person and how well a name fits."""

    id: str
    score: float


class Person(NamedTuple):
    """Who somebody is."""

    id: str
    first_name: str
    last_name: str
    email: str
    teaches: bool


def by_own_id(session: Session, wanted: str) -> list[Hit]:
    """Everything that we call so. People who teach are one person and one instructor."""
    return _hits(session, _own(), wanted)


def by_provider_id(session: Session, wanted: str) -> list[Hit]:
    """Everything that the payment provider calls so, and the latest webhooks about it."""
    return _hits(session, _provided(), wanted)


def invites_to(session: Session, email: str, *, limit: int) -> list[Hit]:
    """The newest invites to this address."""
    query = things.invites().where(Invite.email == email).order_by(Invite.id.desc()).limit(limit)
    return [_hit(row) for row in session.execute(query)]


def invites_with(session: Session, code: str) -> list[Hit]:
    """The invite with this code."""
    return [_hit(row) for row in session.execute(things.invites().where(Invite.code == code))]


def people_named(session: Session, words: Sequence[str], *, limit: int) -> list[Named]:
    """People whom these words may name, the best match first."""
    name = FULL_NAME
    wanted = " ".join(words).lower()
    full = literal(wanted, Text)
    starts = and_(*(_starts(name, word.lower()) for word in words))
    contains = and_(*(_contains(name, word.lower()) for word in words))
    alike = full.op("<%", is_comparison=True)(name)
    fits = func.word_similarity(full, name) * naming.ALIKE
    one_name = or_(func.lower(User.first_name) == full, func.lower(User.last_name) == full)
    score = case(
        (name == full, naming.WHOLE_NAME),
        (one_name, naming.ONE_NAME),
        (starts, naming.STARTS),
        (contains, naming.CONTAINS),
        else_=fits,
    )
    query = (
        select(User.id, cast(score, Float).label("score"))
        .where(or_(contains, alike))
        .order_by(literal_column("score", Float).desc(), name, User.id)
        .limit(limit)
    )
    return [Named(row[0], round(float(row[1]), 2)) for row in session.execute(query)]


def people(session: Session, ids: Collection[str]) -> dict[str, Person]:
    """Who these people are, in one statement. Unknown ids are left out."""
    query = (
        select(User.id, User.first_name, User.last_name, User.email, Instructor.id.is_not(None))
        .outerjoin(Instructor, Instructor.id == User.id)
        .where(User.id.in_(ids))
    )
    return {row[0]: Person._make(row) for row in session.execute(query)}


def _starts(name: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return or_(name.startswith(word, autoescape=True), name.contains(f" {word}", autoescape=True))


def _contains(name: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return _starts(name, word) if len(word) < SHORT else name.contains(word, autoescape=True)


def _hits(session: Session, query: CompoundSelect[Any], wanted: str) -> list[Hit]:
    return [_hit(row) for row in session.execute(query, {"wanted": wanted})]


def _hit(row: Any) -> Hit:  # noqa: ANN401 - a row of `_line`
    return Hit(FoundKind(row[0]), *row[1:])


# Built once: each looks up one key in the index of each table.


@cache
def _own() -> CompoundSelect[Any]:
    charge = Charge.id == Refund.charge_id
    return union_all(
        things.line(FoundKind.PERSON, User.id, person=User.id).where(User.id == WANTED),
        things.booking().where(Booking.id == WANTED),
        things.invites().where(Invite.id == WANTED),
        things.charge().where(Charge.id == WANTED),
        things.refund().join(Charge, charge).where(Refund.id == WANTED),
        things.transfer().where(Transfer.id == WANTED),
        things.payout().where(Payout.id == WANTED),
        things.chargeback().where(Chargeback.id == WANTED),
        things.command().where(PaymentCommand.id == WANTED),
        things.card().where(PaymentMethod.id == WANTED),
        things.webhook().where(WebhookEvent.id == WANTED),
        *(one.where(key == WANTED) for one, key in things.others()),
    )


@cache
def _provided() -> CompoundSelect[Any]:
    charge = Charge.id == Refund.charge_id
    customer = things.line(
        FoundKind.PERSON, PaymentCustomer.user_id, person=PaymentCustomer.user_id
    )
    account = ConnectAccount.instructor_id
    checked = IdentityCheck.instructor_id
    about = things.webhook(mentioned=True).where(OBJECT_ID == WANTED)
    latest = about.order_by(WebhookEvent.id.desc()).limit(MENTIONS).subquery()
    command_of = PROVIDER_ID == WANTED
    has_no_charge = ~select(Charge.id).where(Charge.intent_id == WANTED).exists()
    return union_all(
        things.charge().where(Charge.intent_id == WANTED),
        things.charge().where(Charge.vendor_charge_id == WANTED),
        things.refund().join(Charge, charge).where(Refund.vendor_id == WANTED),
        things.transfer().where(Transfer.vendor_id == WANTED),
        things.payout().where(Payout.vendor_id == WANTED),
        things.chargeback().where(Chargeback.vendor_id == WANTED),
        customer.where(PaymentCustomer.vendor_id == WANTED),
        things.line(FoundKind.PERSON, account, person=account).where(
            ConnectAccount.vendor_id == WANTED
        ),
        things.line(FoundKind.PERSON, checked, person=checked).where(
            IdentityCheck.vendor_id == WANTED
        ),
        things.card().where(PaymentMethod.vendor_id == WANTED),
        things.webhook().where(WebhookEvent.source == STRIPE, WebhookEvent.event_id == WANTED),
        things.command().where(
            command_of,
            has_no_charge,
            PaymentCommand.action.in_((Action.AUTHORIZE, Action.CHARGE)),
        ),
        select(latest),
    )
