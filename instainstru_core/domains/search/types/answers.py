"""An answer in the form that is stored and sent. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer but for its end, which names the search and so differs each time it is told.

    `body` is the deflated beginning of its JSON, empty where nobody wants it so yet; `crc` and
    `length` are those of the plain text, which `plain` is as long as the answer was not stored.
    `cursor` is the beginning of the next page's cursor. `mark` tells whether two are the same.
    `note` is what goes on record of a search that is answered so, but for who asked and when.
    """

    body: bytes
    crc: int
    length: int
    cursor: str | None
    mark: str
    is_public: bool
    note: bytes
    plain: bytes | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking for an answer.

    `since` is the instant to keep a new one with, None where nobody could be asked.
    """

    since: int | None
    answer: Answer | None = None
