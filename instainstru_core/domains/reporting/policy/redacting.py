"""What of a vendor's payload is shown: numbers, ids and states, nothing of people. Pure.

Whatever is about a person is hidden whole. Of other texts only those are shown that are known to
be words of the vendor's own, or ids.
"""

import re
from typing import Any, cast

from instainstru_core.kernel.log import HIDDEN, SECRET_KEYS

PERSONAL = re.compile(
    r"name|email|phone|address|city|birth|dob|ssn|tax_id|shipping|billing|individual|person|owner"
    r"|description|descriptor|fingerprint|document|iban|routing|receipt|company|customer_details",
    re.IGNORECASE,
)
_WORDS = """
    object type kind status state currency reason code decline_code failure_code
    cancellation_reason capture_method confirmation_method outcome network_status risk_level
    brand funding country last4 api_version action purpose result package adjudication method
    disabled_reason source_type reporting_category mode usage setup_future_usage
"""
WORDS = frozenset(_WORDS.split())
ID = re.compile(r"[a-z]{2,6}_[0-9A-Za-z_]{1,250}|[0-7][0-9A-HJKMNP-TV-Z]{25}|[0-9a-f]{24}")
LONGEST, WIDEST, DEEPEST = 120, 20, 8
TOO_DEEP = "[deeper than shown]"


def shown(value: object, *, key: str = "", depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """The same JSON with people, secrets and free text hidden, and lists and depth bounded."""
    if depth > DEEPEST:
        return TOO_DEEP
    match value:
        case dict():
            entries = cast("dict[str, object]", value)
            return {name: _entry(name, inner, depth + 1) for name, inner in entries.items()}
        case list():
            items = cast("list[object]", value)[:WIDEST]
            return [shown(inner, key=key, depth=depth + 1) for inner in items]
        case str() if value and not (key in WORDS and len(value) <= LONGEST):
            return value if ID.fullmatch(value) else HIDDEN
        case _:
            return value


def _entry(key: str, value: object, depth: int) -> Any:  # noqa: ANN401 - as above
    is_private = SECRET_KEYS.search(key) or PERSONAL.search(key)
    if is_private and value not in (None, "", {}, []) and not isinstance(value, bool):
        return HIDDEN
    return shown(value, key=key, depth=depth)
