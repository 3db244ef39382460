"""The words and figures of a text, folded, each with the place where it was typed."""

import re
import unicodedata
from typing import NamedTuple

from instainstru_core.domains.catalog.policy import MARKS, unaccented

MAX_TOKENS = 160
"""What comes after so many words of a text is not read."""

_PIECE = re.compile(
    r"(?P<clock>\d{1,2}:\d{2}(?!\d))"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?)"
    r"|(?P<half>[ap]\.\s?m\b\.?)"
    r"|(?P<word>(?:c\+\+|[cf]\#)(?![^\W\d_])"
    rf"|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f{MARKS}]|['\u2019\u02bc](?=[^\W\d_]))*)",
    re.IGNORECASE,
)
TEN, HUNDRED = 10, 100
_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc")
_PARTING = frozenset(",;!?|\n")
_BREAKS = frozenset(',;!?|()[]\n\u2026"\u201c\u201d')
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")

# fmt: off
_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100,
}
# fmt: on


class Token(NamedTuple):
    """A word or figure. `gap` holds the signs between it and the one before, without spaces.

    `number` is the value of a figure or number word, `clock` hour and minute of "5:30", `glued`
    whether nothing at all stands before it ("9" and "am" in "9am"), `dollars` whether a dollar
    sign does, `is_capital` whether it is typed in capitals among words that are not.
    """

    word: str
    start: int
    end: int
    gap: str = ""
    number: float | None = None
    clock: tuple[int, int] | None = None
    glued: bool = False
    dollars: bool = False
    is_capital: bool = False

    @property
    def whole(self) -> int | None:
        """The figure where it is a whole number."""
        if self.number is None or self.number != int(self.number):
            return None
        return int(self.number)

    @property
    def is_digits(self) -> bool:
        """Whether it is typed as a figure rather than as a word."""
        return self.word[0].isdigit()

    @property
    def breaks(self) -> bool:
        """Whether a sign before it parts it from what stands before: a comma, a bracket."""
        return not _BREAKS.isdisjoint(self.gap)

    @property
    def parts(self) -> bool:
        """Likewise, but for brackets, which stand within names: "English (ESL/EFL)"."""
        return not _PARTING.isdisjoint(self.gap)


def folded(text: str) -> str:
    """A word in lower case without accents and apostrophes: "Hell's" is "hells"."""
    if text.isascii():
        return text.lower().replace("'", "")
    plain = unaccented(unicodedata.normalize("NFKD", text).casefold())
    return plain.translate(_APOSTROPHES) or text.casefold()


def tokenized(text: str) -> list[Token]:
    """The words and figures of a text in order; at most so many."""
    tokens: list[Token] = []
    end = 0
    mixed = text != text.upper()
    for found in _PIECE.finditer(text):
        start = found.start()
        before = text[end:start]
        token = _token(found, before, is_first=not tokens, mixed=mixed)
        tokens.append(token)
        if len(tokens) == MAX_TOKENS:
            break
        end = token.end
    return _compounded(tokens)


def _compounded(tokens: list[Token]) -> list[Token]:
    """Number words that make one number put together: "forty five", "two hundred"."""
    made: list[Token] = []
    for token in tokens:
        last = made[-1] if made else None
        number = None if last is None or token.gap not in {"", "-"} else _together(last, token)
        if last is not None and number is not None:
            word = f"{last.word} {token.word}"
            made[-1] = last._replace(word=word, end=token.end, number=number)
        else:
            made.append(token)
    return made


def _together(one: Token, other: Token) -> float | None:
    """The number that two words make, if they make one."""
    if one.number is None or other.number is None or one.is_digits or other.is_digits:
        return None
    if other.number == HUNDRED and 1 <= one.number < TEN:
        return one.number * HUNDRED
    if 1 <= other.number < TEN and one.number % TEN == 0 and TEN < one.number != HUNDRED:
        return one.number + other.number
    return None


def _token(found: re.Match[str], before: str, *, is_first: bool, mixed: bool) -> Token:
    raw, kind = found.group(), found.lastgroup
    start, end = found.span()
    gap = before.strip().translate(_DASHES) if before and before != " " else ""
    if "\n" in before:
        gap += "\n"
    glued = not before and not is_first
    dollars = before.rstrip().endswith("$")
    if dollars:
        start -= len(before) - before.rindex("$")
    if kind == "word":
        word = folded(raw)
        number = _NUMBER_WORDS.get(word)
        capital = mixed and len(raw) > 1 and raw.isupper()
        return Token(word, start, end, gap, number, None, glued, dollars, capital)
    if kind == "half":
        return Token(f"{raw[0].lower()}m", start, end, gap, None, None, glued, dollars)
    if kind == "clock":
        hour, minute = raw.split(":")
        return Token(raw, start, end, gap, None, (int(hour), int(minute)), glued, dollars)
    return Token(raw, start, end, gap, float(raw.replace(",", "")), None, glued, dollars)
