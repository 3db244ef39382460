"""What of somebody's words is kept: no addresses, numbers or links to reach people by. Pure."""

import re
import unicodedata
from enum import StrEnum

MAX_WORDS = 1_000
MIN_LETTERS = 3
LONGEST_RUN = 10
REMOVED = "[removed]"

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
DOT = r"(?:\.|\uff0e|\s*[\[(]\s*dot\s*[\])]\s*|\s+dot\s+)"
SURE_TOP = "com|net|org|edu|gov|info|biz|io|nyc"
TOP = f"{SURE_TOP}|app|dev|shop|online|site|studio|school|co|me|us|tv|ly"
SPOKEN_AT = rf"\s+at\s+(?=[\w-]+{DOT}(?:{SURE_TOP})\b)"
AT = rf"(?:@|\uff20|\s*[\[(]\s*at\s*[\])]\s*|{SPOKEN_AT})"
EMAIL = re.compile(rf"[\w.+%-]+{AT}[\w-]+(?:{DOT}[\w-]+)+", re.IGNORECASE)
LINK = re.compile(
    r"(?:https?://|www\.)\S+"
    rf"|\b[\w-]+(?:\.[\w-]+)*\.(?:{SURE_TOP})\b(?:/\S*)?"
    rf"|\b[\w-]+(?:\.[\w-]+)*\.(?:{TOP})/\S*",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w.])@[A-Za-z_][\w.]{2,29}\b")
PHONE = re.compile(
    r"(?<![\w$.])(?:\+?1[\s.-]*)?(?:\(\d{3}\)|\d{3})[\s.-]*\d{3}[\s.-]*\d{4}(?!\w)"
    r"|(?<!\w)\+\d(?:[\s().-]*\d){7,14}(?!\w)"
)


class WordsVerdict(StrEnum):
    """What is wrong with a text."""

    FINE = "fine"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    MEANINGLESS = "meaningless"


def cleaned(words: str) -> str:
    """The text without what people could be reached by: each is `[removed]`. Spaces are tidied."""
    plain = unicodedata.normalize("NFC", words).translate(INVISIBLE)
    for pattern in (EMAIL, LINK, PHONE, HANDLE):
        plain = pattern.sub(REMOVED, plain)
    lines = (" ".join(line.split()) for line in plain.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def judge(words: str) -> WordsVerdict:
    """Whether a cleaned text says something: at most 1,000 characters, three letters or digits of
    its own, and not one of them ten times in a row.
    """
    if len(words) > MAX_WORDS:
        return WordsVerdict.TOO_LONG
    own = [letter for letter in words.replace(REMOVED, "") if letter.isalnum()]
    if len(own) < MIN_LETTERS:
        return WordsVerdict.TOO_SHORT
    if re.search(rf"(\w)\1{{{LONGEST_RUN - 1}}}", words, re.IGNORECASE):
        return WordsVerdict.MEANINGLESS
    return WordsVerdict.FINE
