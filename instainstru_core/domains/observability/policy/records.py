"""What the record of tasks may keep of arguments and of errors. Pure."""

import re
from collections.abc import Sequence
from itertools import groupby

from instainstru_core.domains.observability.policy import scrubbing
from instainstru_core.kernel.log import HIDDEN

MAX_TEXT = 400
MAX_SHAPES = 8
TOLD = re.compile(r"(?i)\b(pass(?:word|phrase|wd)|secret|token|key) (is|was) \S+")
BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


def shapes(arguments: Sequence[object]) -> str | None:
    """Kinds and lengths of the arguments, such as "3 x str(26), int"; None where there are none."""
    runs = [(shape, len(list(same))) for shape, same in groupby(arguments, key=_shape)]
    told = [f"{count} x {shape}" if count > 1 else shape for shape, count in runs[:MAX_SHAPES]]
    if len(runs) > MAX_SHAPES:
        told.append("...")
    return ", ".join(told) or None


def error_text(text: str) -> str | None:
    """What an error says, without secrets and personal data; None where it says nothing."""
    plain = BREAKS.sub(" ", scrubbing.text(text, longest=MAX_TEXT)).strip()
    return TOLD.sub(rf"\1 \2 {HIDDEN}", plain) or None


def _shape(argument: object) -> str:
    kind = type(argument).__name__
    return f"{kind}({len(argument)})" if isinstance(argument, str) else kind
