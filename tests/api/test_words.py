"""What a wrong field is told: our words for every way the library can find it wrong."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, EmailStr, Field, NaiveDatetime, TypeAdapter, ValidationError

from api import words
from instainstru_core.kernel.ids import ID_PATTERN


class Color(Enum):
    RED = "red"
    BLUE = "blue"


def message(kind: Any, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    error = {**caught.value.errors()[0], "loc": ("body", "field")}
    return words.explained(error)["message"]


class TestExplained:
    @pytest.mark.parametrize(
        ("kind", "value", "said"),
        [
            (str, 1, "Send text."),
            (int, "mallory", "Send a whole number in digits, such as 45."),
            (int, 1.5, "Send a whole number in digits, such as 45."),
            (float, "mallory", "Send a number in digits, such as 4.5."),
            (Decimal, "mallory", "Send a number in digits, such as 4.5."),
            (bool, "mallory", "Send true or false."),
            (date, "mallory", "Send a date such as 2026-06-15."),
            (date, "2026-06-15T10:00", "Send a date without a time, such as 2026-06-15."),
            (datetime, "mallory", "Send a date and time such as 2026-06-15T16:00:00."),
            (time, "mallory", "Send a time such as 16:00."),
            (list[int], "mallory", "Send a list."),
            (dict[str, int], "mallory", "Send a JSON object."),
            (Color, "mallory", "Send one of 'red' or 'blue'."),
            (Literal["a", "b"], "mallory", "Send one of 'a' or 'b'."),
            (EmailStr, "mallory", "Send an e-mail address such as name@example.com."),
            (
                NaiveDatetime,
                "2026-06-15T10:00Z",
                "Send the date and time without an offset from UTC.",
            ),
            (
                AwareDatetime,
                "2026-06-15T10:00",
                "Send the date and time with its offset from UTC, such as Z or -04:00.",
            ),
            (
                Annotated[str, Field(pattern="^x$")],
                "mallory",
                "Send text of the form ^x$",
            ),
            (
                Annotated[str, Field(pattern=ID_PATTERN)],
                "mallory",
                "Send an id: 26 digits and capital letters, as an answer gave it.",
            ),
            (
                Annotated[str, Field(pattern="^[0-9]{5}$")],
                "1120",
                "Send a ZIP code of five digits, such as 11201.",
            ),
            (Literal[Color.RED, Color.BLUE], "mallory", "Send one of 'red' or 'blue'."),
            (Literal[True], "mallory", "Send one of true."),
            (Annotated[str, Field(max_length=3)], "mallory", "Send at most 3 characters."),
            (Annotated[int, Field(gt=3)], 1, "Send more than 3."),
            (Annotated[int, Field(le=3)], 9, "Send 3 or less."),
            (Annotated[int, Field(multiple_of=15)], 7, "Send a multiple of 15."),
            (Annotated[list[int], Field(min_length=1)], [], "Send 1 or more items."),
            (Annotated[float, Field(allow_inf_nan=False)], float("nan"), "Send a finite number."),
            (type, "mallory", "This value cannot be used here."),
        ],
    )
    def test_tells_what_to_send(self, kind: Any, value: object, said: str) -> None:
        assert message(kind, value) == said

    def test_hides_odd_names_of_fields(self) -> None:
        error = {"type": "missing", "loc": ("query", "a", 3, "<b>\ud800")}
        assert words.explained(error)["field"] == "a.3.?"
