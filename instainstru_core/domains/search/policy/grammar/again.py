"""With whom they had lessons before: "same piano teacher as last time", "my usual tutor"."""

from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight, ruled
from instainstru_core.domains.search.types.parsed import Again, Slot

LOOK_AHEAD = 4

# fmt: off
_TEACHERS = frozenset({
    "teacher", "teachers", "tutor", "tutors", "instructor", "instructors", "coach", "coaches",
    "trainer", "trainers", "person", "one", "guy", "lady", "woman", "man", "profesor", "profesora",
})
_WHICH = {
    "same": Again.LAST, "last": Again.LAST, "previous": Again.LAST, "usual": Again.USUAL,
    "former": Again.ANY, "old": Again.ANY, "regular": Again.USUAL,
}
_NEED_OWNER = frozenset({"last", "old", "regular", "former"})
_OWNERS = frozenset({"my", "our"})
_PHRASES: tuple[tuple[str, Again], ...] = (
    ("same as last time", Again.LAST), ("as last time", Again.LAST), ("like last time", Again.LAST),
    ("from last time", Again.LAST), ("last time", Again.LAST), ("i had before", Again.ANY),
    ("we had before", Again.ANY), ("i had last time", Again.LAST), ("we had last time", Again.LAST),
    ("again with", Again.ANY), ("with again", Again.ANY), ("book again", Again.ANY),
    ("rebook", Again.ANY), ("same as before", Again.LAST), ("same again", Again.LAST),
    ("the usual", Again.USUAL),
)
# fmt: on
_TAILS: dict[str, list[tuple[tuple[str, ...], Again]]] = {}
for _text, _which in _PHRASES:
    _first, *_rest = _text.split()
    _TAILS.setdefault(_first, []).append((tuple(_rest), _which))


def whom(line: Line, at: int) -> Span | None:
    """ "same" and the like, where who teaches follows: "same violin teacher" but not "same day"."""
    word = line.word(at)
    owned = line.word(at - 1) in _OWNERS
    if word in _NEED_OWNER and not owned:
        return None
    ahead = line.words[at + 1 : at + 1 + LOOK_AHEAD]
    place = next((place for place, one in enumerate(ahead) if one in _TEACHERS), None)
    if place is None:
        return None
    end = at + 2 if place == 0 else at + 1
    start = at - 1 if owned or line.word(at - 1) == "the" else at
    return Span(start, end, Slot.AGAIN, _WHICH[word], Weight.PLAIN)


def said(line: Line, at: int) -> Span | None:
    """A fixed phrase such as "as last time"."""
    found = [
        (at + 1 + len(tail), which)
        for tail, which in _TAILS[line.word(at)]
        if tuple(line.words[at + 1 : at + 1 + len(tail)]) == tail
    ]
    if not found:
        return None
    end, which = max(found)
    return Span(at, end, Slot.AGAIN, which, Weight.PLAIN)


RULES = ruled((_WHICH, whom), (_TAILS, said))
