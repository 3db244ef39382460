"""Vectors of the simulated model: words that texts share make them alike, and nothing else does."""

import hashlib
import math
from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]

DIMENSIONS = 64
MOST_TEXTS = 2_048


def problem(asked: Json) -> str | None:
    """What the real API would not take."""
    given = asked["input"]
    texts = cast("list[object]", given) if isinstance(given, list) else [given]
    if not texts or len(texts) > MOST_TEXTS:
        return f"input must hold 1 to {MOST_TEXTS} texts"
    if not all(isinstance(text, str) and text for text in texts):
        return "'$.input' is invalid: every text must be a string that is not empty"
    if asked.get("encoding_format", "float") != "float":
        return "only float is simulated as encoding_format"
    return None


def answer(asked: Json) -> Json:
    """One vector for each text, the last one first: the order is told by `index`."""
    given = asked["input"]
    texts = cast("list[str]", given if isinstance(given, list) else [given])
    data = [
        {"object": "embedding", "index": place, "embedding": vector(text)}
        for place, text in enumerate(texts)
    ]
    tokens = sum(len(text.split()) for text in texts)
    return {
        "object": "list",
        "data": data[::-1],
        "model": asked["model"],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def vector(text: str) -> list[float]:
    """The sum of what its words are, each a direction of its own."""
    total = [0.0] * DIMENSIONS
    for word in text.casefold().split():
        digest = hashlib.sha256(word.strip(".,:;").encode()).digest() * 2
        for place in range(DIMENSIONS):
            total[place] += digest[place] / 127.5 - 1
    length = math.sqrt(sum(one * one for one in total)) or 1.0
    return [one / length for one in total]
