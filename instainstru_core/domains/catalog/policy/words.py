"""How names become slugs, and how texts are folded to be compared. Pure."""

import re
import unicodedata

ACCENTS = 200
"""From this class on, combining signs only stand above or below a letter."""

FIRST_MARK, BEYOND_MARKS = 0x483, 0x1D00
"""All scripts that have such signs, without the accents of Latin."""

MARKS = "".join(
    chr(code)
    for code in range(FIRST_MARK, BEYOND_MARKS)
    if unicodedata.category(chr(code)) in {"Mn", "Mc"}
)
"""Signs within words that are no letters, as a class of a pattern: points of Hebrew and Arabic,
vowels of Devanagari, Gurmukhi, Tamil, Thai and others.
"""

_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slugify(name: str) -> str:
    """The name in lower case with hyphens: "AI & Machine Learning" is "ai-machine-learning"."""
    plain = name.casefold().replace("&", "").replace("/", "-")
    plain = re.sub(r"[^a-z0-9 -]", "", plain)
    return re.sub(r"[ -]+", "-", plain).strip("-")


def is_slug(text: str) -> bool:
    return _SLUG.fullmatch(text) is not None


def fold(text: str) -> str:
    """Lower case without accents or punctuation, words parted by one space."""
    plain = unaccented(unicodedata.normalize("NFKD", text).casefold())
    return " ".join(_WORD.findall(plain.replace("'", "")))


def unaccented(text: str) -> str:
    """The text without accents. Signs that make another letter of one stay, as in "\u30d4"."""
    letters = unicodedata.normalize("NFKD", text)
    kept = (letter for letter in letters if unicodedata.combining(letter) < ACCENTS)
    return unicodedata.normalize("NFC", "".join(kept))
