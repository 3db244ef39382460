"""Keys by which a call that is made again has its effect once.

The provider remembers for a day what it answered to a key, a failure of its own as well. A key that
changes by the hour lets two who ask at once, and one who asks again, get the same thing, and lets
a failure be over within the hour.
"""

from datetime import UTC, datetime


def hourly(what: str, whose: str, now: datetime) -> str:
    """The key of this call in this hour."""
    return f"{what}:{whose}:{now.astimezone(UTC):%Y%m%d%H}"
