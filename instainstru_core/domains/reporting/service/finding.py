"""One lookup for whatever staff have in their hands: an id, an address, a code, a name."""

from collections.abc import Iterable

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.accounts.types import MatchReason
from instainstru_core.domains.reporting.policy import figures, naming
from instainstru_core.domains.reporting.policy.naming import Meant
from instainstru_core.domains.reporting.repository import finding as repository
from instainstru_core.domains.reporting.repository.finding import Hit, Person
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.finding import Found, FoundList
from instainstru_core.domains.reporting.service.common import identifier
from instainstru_core.domains.reporting.types import FoundKind
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.time import BUSINESS_ZONE, to_local
from instainstru_core.kernel.uow import Uow

LESSONS = ("booking", "debt")
"""What a reference begins with that names a lesson: both name it by the same id."""

ITS_ID, PROVIDERS_ID = "This is its id.", "This is what the payment provider calls it."
MENTIONS = "It is about what the payment provider calls so."
WHY_NAMED = {
    naming.WHOLE_NAME: "This is the whole name.",
    naming.ONE_NAME: "This is the first or the last name.",
    naming.STARTS: "The name begins so.",
    naming.CONTAINS: "The name contains this.",
}
ALIKE = "The name is spelled alike."
WHY_REACHED = {
    MatchReason.EMAIL: "This is the e-mail address.",
    MatchReason.PHONE: "This is the phone number.",
}


@operation("reporting.find")
def find(uow: Uow, text: str, *, limit: int = 10) -> Report[FoundList]:
    """Everything that this may mean, best match first; never only the first that fits."""
    for needed in (
        Permission.USERS_READ,
        Permission.BOOKINGS_READ_ANY,
        Permission.PAYMENTS_READ_ANY,
        Permission.INVITES_READ,
        Permission.OPERATIONS_READ,
    ):
        require(uow.actor, needed)
    wanted = naming.meant(identifier(text))
    candidates = sorted(_candidates(uow, wanted, limit + 1), key=lambda one: -one.score)
    shown = candidates[:limit]
    return Report(
        data=FoundList(found=shown, tried=wanted.tried),
        total=None if len(candidates) > limit else len(candidates),
        warnings=_warnings(wanted, candidates, limit),
    )


def _candidates(uow: Uow, wanted: Meant, limit: int) -> list[Found]:
    if wanted.own_id:
        hits = repository.by_own_id(uow.session, wanted.own_id)
        return _told(uow, hits, ITS_ID)
    if wanted.provider_id:
        hits = repository.by_provider_id(uow.session, wanted.provider_id)
        return _told(uow, hits, PROVIDERS_ID)
    if wanted.email:
        invited = repository.invites_to(uow.session, wanted.email, limit=limit)
        return [
            *_reached(uow, wanted.email, MatchReason.EMAIL, limit),
            *_told(uow, invited, "It was sent to this address."),
        ]
    if wanted.phones:
        return _reached(uow, wanted.phones[0], MatchReason.PHONE, limit)
    coded = repository.invites_with(uow.session, wanted.code) if wanted.code else []
    return [*_told(uow, coded, "This is its code."), *_named(uow, wanted.words, limit)]


def _named(uow: Uow, words: tuple[str, ...], limit: int) -> list[Found]:
    matches = repository.people_named(uow.session, words, limit=limit)
    known = repository.people(uow.session, [match.id for match in matches])
    return [
        _person(known[match.id], WHY_NAMED.get(match.score, ALIKE), match.score)
        for match in matches
    ]


def _reached(uow: Uow, text: str, by: MatchReason, limit: int) -> list[Found]:
    """People with exactly this address or number."""
    found = accounts.find(uow, text, limit=limit)
    known = repository.people(uow.session, [person.id for person in found])
    shows_email = by is MatchReason.EMAIL
    return [
        _person(known[person.id], WHY_REACHED[by], naming.EXACT, whole_email=shows_email)
        for person in found
    ]


def _told(uow: Uow, hits: Iterable[Hit], why: str) -> list[Found]:
    """Each hit in words, with the names of those whom it is about."""
    found = list(hits)
    ids = {one for hit in found for one in (hit.person_id, hit.other_id) if one}
    known = repository.people(uow.session, ids) if ids else {}
    return [_one(hit, known, MENTIONS if hit.is_mentioned else why) for hit in found]


def _one(hit: Hit, known: dict[str, Person], why: str) -> Found:
    if hit.kind is FoundKind.PERSON:
        return _person(known[hit.id], why, naming.EXACT)
    return Found(
        kind=hit.kind,
        id=hit.id,
        label=_label(hit, known),
        why=why,
        score=naming.MENTIONED if hit.is_mentioned else naming.EXACT,
        user_id=hit.person_id,
        booking_id=hit.id if hit.kind is FoundKind.BOOKING else _lesson_of(hit.reference),
    )


def _person(person: Person, why: str, score: float, *, whole_email: bool = False) -> Found:
    email = person.email if whole_email else figures.masked_email(person.email)
    return Found(
        kind=FoundKind.INSTRUCTOR if person.teaches else FoundKind.PERSON,
        id=person.id,
        label=f"{person.first_name} {person.last_name}, {email}",
        why=why,
        score=score,
        user_id=person.id,
        booking_id=None,
    )


def _label(hit: Hit, known: dict[str, Person]) -> str:
    """What it is, of whom, when, and how it stands: as much of it as there is."""
    if hit.kind is FoundKind.INVITE:
        title = figures.masked_email(hit.title or "")
        when = f"until {_moment(hit)}"
    else:
        title, when = (hit.title or "").replace("_", " "), _moment(hit)
    names = [_name(known, one) for one in (hit.person_id, hit.other_id) if one in known]
    money = None if hit.cents is None else dollars(hit.cents)
    parts = (title, " with ".join(names), money, when, hit.state)
    return ", ".join(part for part in parts if part) or hit.kind.value


def _name(known: dict[str, Person], person_id: str | None) -> str:
    person = known[person_id or ""]
    return public_name(person.first_name, person.last_name)


def _moment(hit: Hit) -> str:
    return f"{to_local(hit.at, BUSINESS_ZONE):%Y-%m-%d %H:%M}" if hit.at else ""


def _lesson_of(reference: str | None) -> str | None:
    """The lesson that something is about, where its reference names one."""
    kind, _, named = (reference or "").partition(":")
    return named if kind in LESSONS and is_id(named) else None


def _warnings(wanted: Meant, candidates: list[Found], limit: int) -> list[str]:
    if not candidates:
        tried = "; ".join(wanted.tried)
        return [f"Nothing was found. Looked through: {tried}. Check the spelling, or try another."]
    if len(candidates) > limit:
        return [f"More than {limit} fit: be more precise, or raise `limit`."]
    if len([one for one in candidates if one.score == candidates[0].score]) > 1:
        return ["Several fit equally well: ask which is meant."]
    return []
