"""One spelling for what people write in many: case, accents, punctuation, short forms."""

import re
import unicodedata
from collections.abc import Mapping

APOSTROPHES = re.compile("['\u2019]")
PLAIN = str.maketrans(
    {code: chr(code) if chr(code).isalnum() else " " for code in range(128)} | {ord("'"): ""}
)
ORDINAL = re.compile(r"[0-9]+(st|nd|rd|th)?")


def folded(text: str, long_forms: Mapping[str, str]) -> str:
    """Lower case without accents or punctuation, short forms written out: "Jackson Hts.".

    "St" is a street after a number and at the end, and a saint elsewhere: "w 4th st", "st george".
    """
    words = _words(text)
    if not words:
        return ""
    full = [long_forms.get(word, word) for word in words]
    for at in range(1, len(words)):
        if words[at] == "st" and (at == len(words) - 1 or ORDINAL.fullmatch(words[at - 1])):
            full[at] = "street"
    return " ".join(full)


def _words(text: str) -> list[str]:
    if text.isascii():
        return text.lower().translate(PLAIN).split()
    lower = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", APOSTROPHES.sub("", lower))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return "".join(char if char.isalnum() else " " for char in plain).split()
