"""Arguments that several tools take, bounded, described and with examples."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.kernel.ids import ID_PATTERN

PLAIN = r"^[^\x00-\x1f\x7f]*$"

Window = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=PLAIN),
    Field(
        description="A stretch of time in New York, in words or as dates or ISO 8601 times.",
        examples=["today", "last 7 days", "2h", "2026-01-01/2026-01-31"],
    ),
]
Cursor = Annotated[
    str | None,
    Field(
        max_length=500,
        pattern=r"^[A-Za-z0-9_-]*$",
        description="The `next_cursor` of the answer before.",
        examples=["WyIxYjQ4Zjk0ZDYwODEiLCJhIl0"],
    ),
]
Limit = Annotated[int, Field(ge=1, le=100, description="At most this many.", examples=[20])]
Person = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PLAIN),
    Field(
        description="An id, an e-mail address, a phone number, a name or a part of it.",
        examples=["maya@example.org", "Maya Okafor", "01JZ8M4T6Q3V9K2X7C5B1N0D8F"],
    ),
]
Category = Annotated[
    str | None,
    Field(
        max_length=80,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Only of the category with this slug.",
        examples=["music"],
    ),
]
Service = Annotated[
    str | None,
    Field(
        max_length=80,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Only who teaches the service with this slug or id.",
        examples=["piano"],
    ),
]
BookingId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=26, pattern=ID_PATTERN),
    Field(examples=["01JZ8M4T6Q3V9K2X7C5B1N0D8F"]),
]
PersonId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=26, pattern=ID_PATTERN),
    Field(description="The person's id.", examples=["01JZ8M4T6Q3V9K2X7C5B1N0D8F"]),
]
Note = Annotated[
    str | None,
    Field(
        max_length=500,
        pattern=PLAIN,
        description="More about why, for staff.",
        examples=["Asked for by phone."],
    ),
]
Chart = Annotated[
    bool, Field(description="Draw it too: a PNG image beside the data.", examples=[True])
]
