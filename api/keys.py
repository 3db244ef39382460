"""The header that makes a repeated request safe."""

from typing import Annotated, TypeAlias

from fastapi import Header

IdempotencyKey: TypeAlias = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A repeat with the same key and body gets the first answer for 24 hours; with"
        " another body it is refused.",
    ),
]
