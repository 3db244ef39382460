"""Days by name: "next Tue", "saturdays", "this weekend", "in 3 days"; and the word "sat".

That is the exam beside "prep", "test", "tutor" and the like, after what it tests, as in "math tutor
sat", and where nothing else is wished; it is Saturday after "on", "this" and other days, before an
hour, and after any other wish, unless it is typed in capitals and the other words are not.
"""

from collections.abc import Callable
from datetime import date

from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.days import (
    DAY,
    WEEK,
    WEEKEND,
    WORKDAYS,
    Days,
    coming,
    each,
    in_next_week,
    month,
    month_named,
    single,
    spanned,
    stretch,
    week,
    weekend,
)
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, ruled

MOST_DAYS_AHEAD = 366

# fmt: off
NAMES = {
    "monday": 0, "mon": 0, "tuesday": 1, "tue": 1, "tues": 1, "wednesday": 2, "wed": 2, "weds": 2,
    "thursday": 3, "thu": 3, "thur": 3, "thurs": 3, "friday": 4, "fri": 4, "saturday": 5, "sat": 5,
    "sunday": 6, "sun": 6,
}
PLURALS = {
    "mondays": 0, "mons": 0, "tuesdays": 1, "wednesdays": 2, "thursdays": 3, "fridays": 4,
    "fris": 4, "saturdays": 5, "sats": 5, "sundays": 6, "suns": 6,
}
_MONTHS_AHEAD = {
    "january": 1, "february": 2, "april": 4, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
}
_UNITS = {
    "day": 1, "days": 1, "night": 1, "nights": 1, "week": WEEK, "weeks": WEEK, "wk": WEEK,
    "wks": WEEK, "month": 30, "months": 30, "weekends": WEEK,
}
_FEW = {"couple": 2, "few": 3}
_EVERY = frozenset({"every", "each", "any"})
_EXAM_WORDS = frozenset({
    "prep", "preparation", "test", "tests", "exam", "exams", "tutor", "tutors", "tutoring", "math",
    "reading", "score", "scores", "practice", "course", "class", "classes", "lessons", "lesson",
    "coach", "coaching", "verbal", "writing", "subject", "act", "psat", "teacher", "english",
    "help", "study", "boot", "bootcamp", "instructor", "crash",
})
_EXAM_BEFORE = frozenset({
    "digital", "psat", "act", "my", "her", "his", "their", "retake", "taking", "take", "practice",
    "pre", "for",
})
_TESTED = frozenset({"math", "maths", "reading", "writing", "verbal", "algebra", "geometry"})
_JOINS = frozenset({"and", "or"})
_WINDOWS = frozenset({"mornings", "afternoons", "evenings", "nights"})
_DAY_LEADS = frozenset({"on", "this", "next", "every", "each", "any", "or", "and", "coming", "fri"})
_DAY_FOLLOWS = frozenset({
    "morning", "mornings", "afternoon", "afternoons", "evening", "evenings", "night", "at", "after",
    "before", "around", "between", "noon", "am", "pm", "from",
})
_LESSONS = frozenset({"lesson", "lessons", "class", "classes", "teacher", "tutor", "session"})
_SIMPLE: dict[str, Callable[[date], Days]] = {
    **dict.fromkeys(("today", "tonight"), single),
    **dict.fromkeys(("tomorrow", "tmr", "tmw", "tmrw"), lambda today: single(today + DAY)),
    **dict.fromkeys(("weekend", "wknd"), weekend),
    **dict.fromkeys(("weekends", "wknds"), lambda _: each(WEEKEND)),
    **dict.fromkeys(
        ("weekdays", "weekday", "workdays", "weeknights", "weeknight"), lambda _: each(WORKDAYS)
    ),
}
# fmt: on


def named(line: Line, at: int) -> Span | None:
    """A weekday by name: "mon", "fridays", "mon-fri"."""
    word = line.word(at)
    number = number_of(word)
    if number is None or (word == "sat" and _is_exam(line, at)):
        return None
    if word == "sun" and line.word(at - 1) == "the":
        return None
    second = at + 1
    dashed = line.gap(second) == "-"
    joins = {"to", "through", "thru", *(("and",) if line.word(at - 1) == "between" else ())}
    if dashed or line.word(second) in joins:
        other = second if dashed else second + 1
        last = number_of(line.word(other))
        if last is not None:
            span = range((last - number) % WEEK + 1)
            return spanned(at, other + 1, each(frozenset((number + day) % WEEK for day in span)))
    every = word in PLURALS or line.word(second) in _WINDOWS
    return spanned(at, at + 1, Days(weekdays=frozenset({number}), every=every))


def number_of(word: str) -> int | None:
    """The number of a weekday, 0 for Monday; None for other words."""
    return NAMES.get(word, PLURALS.get(word))


def lettered(line: Line, at: int) -> Span | None:
    """Weekdays by their first letters: "m/w/f", "t&th", "m-f"; men and women are "m/f"."""
    numbers, end = [_LETTERS[line.word(at)]], at + 1
    while line.gap(end) in _LETTERS_JOINED and line.word(end) in _LETTERS and end - at < WEEK:
        numbers.append(_LETTERS[line.word(end)])
        end += 1
    if len(numbers) == 1 or numbers != sorted(set(numbers)) or line.gap(at) in _LETTERS_JOINED:
        return None
    gaps = {line.gap(inner) for inner in range(at + 1, end)}
    if gaps == {"-"} and end - at == PAIR:
        return spanned(at, end, each(frozenset(range(numbers[0], numbers[1] + 1))))
    if "-" in gaps or line.run(at, end - at) == ("m", "f"):
        return None
    return spanned(at, end, each(frozenset(numbers)))


PAIR = 2
_LETTERS_JOINED = frozenset({"/", "-", "&"})
_LETTERS = {
    "m": 0, "mo": 0, "t": 1, "tu": 1, "w": 2, "we": 2, "th": 3, "r": 3, "f": 4, "fr": 4, "sa": 5,
    "su": 6,
}  # fmt: skip
_RUNS = {"mw": {0, 2}, "mwf": {0, 2, 4}, "tth": {1, 3}, "tuth": {1, 3}, "mtwthf": {0, 1, 2, 3, 4}}


def run(line: Line, at: int) -> Span | None:
    """Weekdays by their first letters in a word: "mwf", "tth"."""
    return spanned(at, at + 1, each(frozenset(_RUNS[line.word(at)])))


def simple(line: Line, at: int) -> Span | None:
    """ "today", "tomorrow", "weekends", "weekdays"."""
    if line.word(at) in {"weekend", "wknd"} and line.word(at + 1) in _WINDOWS:
        return spanned(at, at + 1, each(WEEKEND))
    return spanned(at, at + 1, _SIMPLE[line.word(at)](line.today))


def after_tomorrow(line: Line, at: int) -> Span | None:
    """ "day after tomorrow"."""
    if not line.says(at, "day", "after", "tomorrow"):
        return None
    return spanned(at, at + 3, single(line.today + 2 * DAY))


def relative(line: Line, at: int) -> Span | None:
    """ "next week", "this weekend", "every sunday", "in 3 days", "next two weeks"."""
    word, inner = line.word(at), at + 1
    if word in {"the", "in"} and line.word(inner) in {"next", "coming", "the"}:
        inner = line.skip(inner, frozenset({"the"}))
        word, inner = line.word(inner), inner + 1
    unit = line.word(inner)
    found: Days | None = None
    if word in {"this", "next", "coming", "following"}:
        found = _stretch(unit, line.today, following=word in {"next", "following"})
    elif word in _EVERY:
        found = _each(unit)
    if found is not None:
        return spanned(at, inner + 1, found)
    if word in {"in", "within", "next", "coming"}:
        return _counted(line, at, inner, is_range=word != "in")
    return None


def _stretch(unit: str, today: date, *, following: bool) -> Days | None:
    """What "this" or "next" says of a unit."""
    number = NAMES.get(unit)
    if number is not None:
        return single(in_next_week(number, today) if following else coming(number, today))
    if unit in _MONTHS_AHEAD:
        return month_named(_MONTHS_AHEAD[unit], today)
    made = {"weekend": weekend, "wknd": weekend, "week": week, "wk": week, "month": month}
    return made[unit](today, following=following) if unit in made else None


def _each(unit: str) -> Days | None:
    """What "every" says of a unit."""
    groups = {"day": WORKDAYS | WEEKEND, "weekend": WEEKEND, "weekday": WORKDAYS}
    if unit in groups:
        return each(groups[unit])
    return each(frozenset({NAMES[unit]})) if unit in NAMES else None


def _counted(line: Line, at: int, inner: int, *, is_range: bool) -> Span | None:
    """ "in 3 days", "within a week", "next two weeks", "in a couple of days"."""
    inner = line.skip(inner, frozenset({"about", "the", "next"}))
    number = line.number(inner)
    if line.word(inner) in {"a", "an"}:
        number = 1
        if line.word(inner + 1) in _FEW:
            inner += 1
    if line.word(inner) in _FEW:
        number = _FEW[line.word(inner)]
        inner += line.word(inner + 1) == "of"
    size = _UNITS.get(line.word(inner + 1))
    if number is None or size is None or not 0 < number * size <= MOST_DAYS_AHEAD:
        return None
    if line.word(inner + 2) in {"old", "olds"}:
        return None
    last = line.today + DAY * (number * size)
    return spanned(at, inner + 2, stretch(line.today, last) if is_range else single(last))


# --- an exam or a day ----------------------------------------------------------------------------


def _is_exam(line: Line, at: int) -> bool:
    """Whether "sat" is the exam rather than a day."""
    before, after = line.word(at - 1), line.word(at + 1)
    listed = (
        {before, after} & lexicon.EXAMS
        or (after in _JOINS and line.word(at + 2) in lexicon.EXAMS)
        or (before in _JOINS and line.word(at - 2) in lexicon.EXAMS)
    )
    if after in _EXAM_WORDS or before in _EXAM_BEFORE or listed:
        return True
    if before in _DAY_LEADS or after in _DAY_FOLLOWS or _is_day(line, at - 1):
        return False
    if _is_day(line, at + 1) or (at + 1 < len(line.tokens) and line.tokens[at + 1].is_digits):
        return False
    if line.tokens[at].is_capital or _beside_subject(line, at):
        return True
    return not _has_other_wish(line, at)


def _beside_subject(line: Line, at: int) -> bool:
    """Whether what it tests stands before it, with nothing but "tutor" between."""
    before = at - 1
    while line.word(before) in _LESSONS | {"tutoring", "for"}:
        before -= 1
    return line.word(before) in _TESTED


def _is_day(line: Line, at: int) -> bool:
    return line.word(at) != "sat" and number_of(line.word(at)) is not None


def _has_other_wish(line: Line, at: int) -> bool:
    """Whether anything else is wished, or lessons are: "guitar sat", "lessons sat"."""
    end = len(line.words)
    for other in range(end):
        if other < at and line.word(other) in _LESSONS:
            return True
        found = line.vocabulary.term_at(line.stems, other, end)
        if other != at and found is not None and not other <= at < found[0]:
            return True
    return False


RULES = ruled(
    ({*NAMES, *PLURALS}, named),
    (_LETTERS, lettered),
    (_RUNS, run),
    (_SIMPLE, simple),
    (("day",), after_tomorrow),
    ({"this", "next", "in", "within", "the", "coming", "following", *_EVERY}, relative),
)
