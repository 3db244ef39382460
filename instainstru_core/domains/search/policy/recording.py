"""What is kept of a search: who, hashed; with what, coarsely; texts without what tells of people.

Pure. A person is a keyed hash; a network address is hashed with the salt of its day, and where that
salt is gone nothing tells any more whose it was.
"""

import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Any

from instainstru_core.domains.search.types.parsed import Parsed, Phrase
from instainstru_core.domains.search.types.recording import Device, Searcher, Visitor
from instainstru_core.kernel.ids import minted_at

MAX_CLICKS = 200
CLICKABLE_FOR = timedelta(days=1)
CLOCKS_APART = timedelta(minutes=1)
MAX_TEXT = 500
AS_WELL = 0.95
HASH_CHARACTERS = 32
SALT_BYTES = 32
GUEST_SHAPE = re.compile(r"[A-Za-z0-9_-]{22,64}")
PURPOSE = b"who searches"

EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
ADDRESS_LEFT = re.compile(r"\S+@\S+")
PHONE = re.compile(
    r"(?<![\w$-])(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}(?!\d)"
    r"|(?<!\w)\+[1-9](?:[\s().-]?\d){7,14}"
    r"|(?<!\d)\d{9,16}(?!\d)"
    r"|(?<![\w$-])\d{3}[.-]\d{4}(?!\w)"
)
NUMBERED = re.compile(r"(?<![\w$])\d{3}-\d{2}-\d{4}(?!\w)")


class PersonKind(StrEnum):
    """What somebody is known by."""

    USER = "u"
    GUEST = "g"
    ADDRESS = "a"


_PROGRAMS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|curl/|wget/|python|httpx|aiohttp|go-http|java/|headless"
    r"|lighthouse|monitor|preview|facebookexternalhit|scrapy|phantom|uptime|ktor|okhttp",
    re.IGNORECASE,
)
_TABLETS = re.compile(r"ipad|tablet|kindle|silk/|playbook", re.IGNORECASE)
_PHONES = re.compile(r"iphone|ipod|mobile|windows phone", re.IGNORECASE)
_COMPUTERS = re.compile(r"windows nt|macintosh|x11|linux|cros", re.IGNORECASE)


def folded(text: str) -> str:
    """The text without case, accents, punctuation at the edges and repeated spaces."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    kept = "".join(char if char.isalnum() or char in "'&+#" else " " for char in plain)
    return " ".join(kept.split())


def redacted(text: str) -> str:
    """The text without e-mail addresses, phone numbers and social security numbers, its spaces
    collapsed, at most so long.
    """
    clean = " ".join(text.split())
    if "@" in clean:
        clean = ADDRESS_LEFT.sub("[email]", EMAIL.sub("[email]", clean))
    if any(char.isdigit() for char in clean):
        clean = PHONE.sub("[phone]", NUMBERED.sub("[number]", clean))
    return clean[:MAX_TEXT]


def wish(text: str, parsed: Parsed | None) -> str:
    """What wishes are counted by: the text with its spelling repaired, redacted and folded."""
    repaired = parsed.corrected if parsed is not None else None
    return folded(redacted(repaired or text))


def slots(parsed: Parsed) -> dict[str, Any]:
    """What a text says, slot by slot, as JSON: only the slots that are filled."""
    said: dict[str, Any] = {
        "services": [_words(phrase) for phrase in parsed.services],
        "excluded": [_words(phrase) for phrase in parsed.excluded],
        "minutes": parsed.minutes,
        "audience": parsed.audience,
        "age_group": parsed.age_group,
        "ages": list(parsed.ages),
        "skill": parsed.skill,
        "urgency": parsed.urgency,
        "lesson_type": parsed.lesson_type,
        "again": parsed.again,
        "rest": redacted(parsed.rest),
        "reasons": list(parsed.reasons),
    }
    if parsed.price is not None:
        price = parsed.price
        said["price"] = _filled(
            {"min_cents": price.min_cents, "max_cents": price.max_cents, "intent": price.intent}
        )
    if parsed.dates is not None:
        dates = parsed.dates
        said["dates"] = _filled(
            {
                "kind": dates.kind,
                "first": dates.first.isoformat(),
                "last": dates.last.isoformat(),
                "weekdays": sorted(dates.weekdays),
                "days": [day.isoformat() for day in dates.days],
            }
        )
    if parsed.time is not None:
        time = parsed.time
        said["time"] = _filled({"after": time.after, "before": time.before, "window": time.window})
    if parsed.place is not None:
        said["place"] = {"text": redacted(parsed.place.text), "how": parsed.place.how}
    return _filled(said)


def meant(service_ids: Sequence[str], scores: Sequence[float]) -> list[str]:
    """The services that a text means as well as its best: one for "piano", two for "piano or
    guitar", twenty for "dance classes".
    """
    if not scores:
        return list(service_ids)
    least = max(scores) * AS_WELL
    return [one for one, score in zip(service_ids, scores, strict=True) if score >= least]


def device_of(user_agent: str | None) -> Device:
    """What a user agent says it is, coarsely."""
    if not user_agent:
        return Device.UNKNOWN
    if _PROGRAMS.search(user_agent):
        return Device.PROGRAM
    if _TABLETS.search(user_agent) or ("Android" in user_agent and "Mobile" not in user_agent):
        return Device.TABLET
    if _PHONES.search(user_agent):
        return Device.PHONE
    return Device.COMPUTER if _COMPUTERS.search(user_agent) else Device.UNKNOWN


def is_guest(token: str | None) -> bool:
    """Whether this has the shape of a guest session that we mint."""
    return token is not None and GUEST_SHAPE.fullmatch(token) is not None


def guest_hash(secret: str, token: str | None) -> str | None:
    """How a guest session is kept. None without one, or without a secret."""
    if token is None or not is_guest(token):
        return None
    return _keyed(secret, PersonKind.GUEST, token)


def person_hash(secret: str, user_id: str) -> str | None:
    """How somebody who is signed in is counted. None without a secret."""
    return _keyed(secret, PersonKind.USER, user_id)


def address_hash(salt: bytes, address: str | None) -> str | None:
    """How a network address is kept; of IPv6 only the part that is one household's."""
    if not address:
        return None
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        raw = found.packed[:8] if mapped is None else mapped.packed
    else:
        raw = found.packed
    return hmac.new(salt, raw, sha256).hexdigest()[:HASH_CHARACTERS]


def searcher(visitor: Visitor, user_id: str | None, *, secret: str, salt: bytes | None) -> Searcher:
    """Who searches, as it is kept."""
    address = None if salt is None else address_hash(salt, visitor.address)
    known = Searcher(user_id=user_id, address_hash=address, device=device_of(visitor.user_agent))
    guest = guest_hash(secret, visitor.guest)
    person = person_hash(secret, user_id) if user_id is not None else guest
    if person is None and address is not None:
        person = _keyed(secret, PersonKind.ADDRESS, address)
    return replace(known, guest=guest, person=person)


def is_clickable(search_id: str, now: datetime) -> bool:
    """Whether a search with this id may still be, or be about to be, on record."""
    minted = minted_at(search_id)
    return minted is not None and now - CLICKABLE_FOR <= minted <= now + CLOCKS_APART


def _words(phrase: Phrase) -> str:
    return redacted(phrase.text)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _keyed(secret: str, kind: PersonKind, text: str) -> str | None:
    """The hash of one thing that tells who somebody is; its first letter says which."""
    if not secret:
        return None
    key = hmac.new(secret.encode(), PURPOSE, sha256).digest()
    digest = hmac.new(key, f"{kind.name}:{text}".encode(), sha256).hexdigest()
    return kind.value + digest[: HASH_CHARACTERS - 1]


def may_act(searched_by: str | None, owner_id: str | None, clicker: Searcher) -> bool:
    """Whether somebody may say what they did with a search of this person.

    A search of somebody signed in is theirs, a guest's is that guest's, signed in since then or
    not. One of nobody known belongs to whoever knows its id.
    """
    if owner_id is not None:
        return clicker.user_id == owner_id
    if searched_by is None or searched_by.startswith(PersonKind.ADDRESS.value):
        return True
    return searched_by == clicker.guest
