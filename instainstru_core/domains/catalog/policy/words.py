"""How names become slugs, and how texts are folded to be compared. Pure."""

import re
import unicodedata

ACCENTS = 200
"""From this class on, combining signs only stand above or below a letter."""

MARKS = (
    "\u0591-\u05bd\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09cd\u09d7"
)
"""Signs within words that are no letters, as a class of a pattern: points of Hebrew and Arabic,
vowels of Devanagari and Bengali.
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
