"""Words that several schemas share."""

from typing import Annotated

from pydantic import StringConstraints

from instainstru_core.kernel.ids import ID_PATTERN

RowId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
NO_NUL = r"^[^\x00]*$"
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL)
]
