"""What of a place may be shown, and where a place can be. Pure functions over plain values."""

import hashlib
import hmac
import math
import re

from instainstru_core.domains.addresses.types import Point

MAX_ADDRESSES = 10
MIN_SECRET_BYTES = 16
"""A shorter secret could be tried out, and with it every public point worked back."""

NEAREST_METERS = 150.0
FARTHEST_METERS = 300.0
"""A point is shown at least some houses away and at most a few blocks."""

EARTH_METERS = 6_371_000.0
UNITED_STATES = "US"
WRITTEN = frozenset({"line1", "city", "state", "postal_code", "country"})
"""What the point of an address follows from."""

_ZIP = re.compile(r"[0-9]{5}(-[0-9]{4})?")
_DRAWS = 1 << 64
_LEAST_SCALE = 0.01


def approximate_point(*, latitude: float, longitude: float, identity: str, secret: bytes) -> Point:
    """The point to show in place of this one: always the same for an identity and a secret.

    The offset follows from the identity alone. A place that is removed and saved again is shown
    where it was, so that collecting points does not close in on it, and without the secret nobody
    can work back.
    """
    digest = hmac.digest(secret, identity.encode(), hashlib.sha256)
    bearing = math.tau * int.from_bytes(digest[:8]) / _DRAWS
    share = int.from_bytes(digest[8:16]) / _DRAWS
    near, far = NEAREST_METERS**2, FARTHEST_METERS**2
    meters = math.sqrt(near + share * (far - near))
    degrees = math.degrees(meters / EARTH_METERS)
    scale = max(math.cos(math.radians(latitude)), _LEAST_SCALE)
    shown_latitude = min(90.0, max(-90.0, latitude + degrees * math.cos(bearing)))
    shown_longitude = longitude + degrees * math.sin(bearing) / scale
    wrapped = (shown_longitude + 180.0) % 360.0 - 180.0
    return Point(round(shown_latitude, 5), round(wrapped, 5))


def meters_between(one: Point, other: Point) -> float:
    """The distance over ground between two points."""
    north = math.radians(other.latitude - one.latitude)
    east = math.radians(other.longitude - one.longitude)
    cosines = math.cos(math.radians(one.latitude)) * math.cos(math.radians(other.latitude))
    half = math.sin(north / 2) ** 2 + cosines * math.sin(east / 2) ** 2
    return 2 * EARTH_METERS * math.asin(min(1.0, math.sqrt(half)))


def is_postal_code(code: str, country: str) -> bool:
    """Whether it can be one. Of other countries' codes only their presence is asked."""
    return bool(code) if country != UNITED_STATES else _ZIP.fullmatch(code) is not None
