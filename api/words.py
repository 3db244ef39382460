"""What is wrong with a field, in our words: never the library's, never the value that was sent."""

import re
from collections.abc import Mapping
from typing import Any, TypedDict

from instainstru_core.kernel.ids import ID_PATTERN

SAFE_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
MEMBER = re.compile(r"<[A-Za-z_.]+: ('[^']*')>")
PLACES = frozenset({"body", "query", "path", "header", "cookie"})

SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is not known here. Leave it out.",
    "string_type": "Send text.",
    "string_unicode": "Send text that is valid UTF-8.",
    "string_too_short": "Send {min_length} or more characters.",
    "string_too_long": "Send at most {max_length} characters.",
    "string_pattern_mismatch": "Send text of the form {pattern}",
    "bytes_type": "Send text.",
    "int_type": "Send a whole number in digits, such as 45.",
    "int_parsing": "Send a whole number in digits, such as 45.",
    "int_parsing_size": "Send a smaller whole number.",
    "int_from_float": "Send a whole number in digits, such as 45.",
    "float_type": "Send a number in digits, such as 4.5.",
    "float_parsing": "Send a number in digits, such as 4.5.",
    "decimal_type": "Send a number in digits, such as 4.5.",
    "decimal_parsing": "Send a number in digits, such as 4.5.",
    "finite_number": "Send a finite number.",
    "bool_type": "Send true or false.",
    "bool_parsing": "Send true or false.",
    "greater_than": "Send more than {gt}.",
    "greater_than_equal": "Send {ge} or more.",
    "less_than": "Send less than {lt}.",
    "less_than_equal": "Send {le} or less.",
    "multiple_of": "Send a multiple of {multiple_of}.",
    "enum": "Send one of {expected}.",
    "literal_error": "Send one of {expected}.",
    "date_type": "Send a date such as 2026-06-15.",
    "date_parsing": "Send a date such as 2026-06-15.",
    "date_from_datetime_parsing": "Send a date such as 2026-06-15.",
    "date_from_datetime_inexact": "Send a date without a time, such as 2026-06-15.",
    "datetime_type": "Send a date and time such as 2026-06-15T16:00:00.",
    "datetime_parsing": "Send a date and time such as 2026-06-15T16:00:00.",
    "datetime_from_date_parsing": "Send a date and time such as 2026-06-15T16:00:00.",
    "datetime_object_invalid": "Send a date and time such as 2026-06-15T16:00:00.",
    "timezone_naive": "Send the date and time without an offset from UTC.",
    "timezone_aware": "Send the date and time with its offset from UTC, such as Z or -04:00.",
    "time_type": "Send a time such as 16:00.",
    "time_parsing": "Send a time such as 16:00.",
    "list_type": "Send a list.",
    "set_type": "Send a list.",
    "frozen_set_type": "Send a list.",
    "tuple_type": "Send a list.",
    "too_short": "Send {min_length} or more items.",
    "too_long": "Send at most {max_length} items.",
    "dict_type": "Send a JSON object.",
    "model_type": "Send a JSON object.",
    "model_attributes_type": "Send a JSON object.",
    "none_required": "Send null.",
    "url_parsing": "Send a complete address such as https://example.com.",
}
FORMS: Mapping[str, str] = {
    ID_PATTERN: "Send an id: 26 digits and capital letters, as an answer gave it.",
    r"^[^\x00]*$": "Leave out the NUL character.",
    r"^[^\x00-\x1f\x7f]*$": "Leave out control characters and line breaks.",
    r"^[^\x00-\x09\x0b-\x1f\x7f]*$": "Leave out control characters.",
    r"^\+[1-9][0-9]{7,14}$": "Send a phone number such as +12125550123.",
    r"^[0-9]{5}$": "Send a ZIP code of five digits, such as 11201.",
    r"^[A-Z]{2}$": "Send two capital letters, such as NY.",
    r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$": "Send a time such as 16:00; 24:00 is the end of a day.",
}
"""Forms that are asked for, in words. Another one is told as it is: the document has it, too."""

FALLBACK = "This value cannot be used here."
EMAIL = "Send an e-mail address such as name@example.com."


class Explained(TypedDict):
    """The fields of one explained error."""

    place: str
    field: str
    code: str
    message: str


def explained(error: Mapping[str, Any]) -> Explained:
    """One validation error of the library, in our words."""
    place, *path = [str(part) for part in error["loc"]] or ["body"]
    if place not in PLACES:
        place, path = "body", [place, *path]
    return Explained(
        place=place,
        field=".".join(part if SAFE_NAME.fullmatch(part) else "?" for part in path),
        code=str(error["type"]),
        message=_message(error),
    )


def _message(error: Mapping[str, Any]) -> str:
    context: dict[str, Any] = error.get("ctx") or {}
    if error["type"] in {"value_error", "assertion_error"}:
        ours = context.get("error")
        if isinstance(ours, ValueError):
            return str(ours)
        return EMAIL if "reason" in context else FALLBACK
    if error["type"] == "literal_error":
        context = context | {"expected": _plain(str(context.get("expected")))}
    sentence = FORMS.get(str(context.get("pattern"))) or SENTENCES.get(error["type"], FALLBACK)
    try:
        return sentence.format_map(context)
    except KeyError:
        return FALLBACK


def _plain(expected: str) -> str:
    """Values as JSON has them: `'student'` for a member of an enumeration, `true` for True."""
    shown = MEMBER.sub(r"\1", expected)
    return {"True": "true", "False": "false"}.get(shown, shown)
