"""For whom: "my 8-year-old", "ages 5-7", "3rd grader", "seniors"; and how far the learner is."""

from collections.abc import Sequence
from dataclasses import dataclass

from instainstru_core.domains.search.policy.grammar.lexicon import ANIMALS
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, Weight, ruled
from instainstru_core.domains.search.types.parsed import AgeGroup, Audience, Skill, Slot

LAST_TODDLER, LAST_KID, LAST_TEEN = 4, 12, 18
OLDEST = 110
MOST_AGES = 6
MONTHS_OF_YEAR = 12
LAST_GRADE = 12
FIRST_TEEN_GRADE = 7


@dataclass(frozen=True, slots=True)
class Who:
    """For whom: ages in years where they are told, else whom the words name."""

    audience: Audience
    age_group: AgeGroup | None = None
    ages: tuple[int, ...] = ()


def of_age(*ages: int) -> Who:
    """Learners of these ages."""
    group = _group(ages[-1])
    audience = Audience.ADULTS if group is AgeGroup.ADULTS else Audience.KIDS
    return Who(audience, group, ages)


def _group(age: int) -> AgeGroup:
    if age <= LAST_TODDLER:
        return AgeGroup.TODDLER
    if age <= LAST_KID:
        return AgeGroup.KIDS
    return AgeGroup.TEENS if age <= LAST_TEEN else AgeGroup.ADULTS


KIDS = Who(Audience.KIDS, AgeGroup.KIDS)
CHILD = Who(Audience.KIDS)
TODDLERS = Who(Audience.KIDS, AgeGroup.TODDLER)
TEENS = Who(Audience.KIDS, AgeGroup.TEENS)
ADULTS = Who(Audience.ADULTS, AgeGroup.ADULTS)

# fmt: off
_YEAR_WORDS = frozenset({"year", "years", "yr", "yrs", "y"})
_MONTH_WORDS = frozenset({"month", "months", "mo", "mos"})
_OLD = frozenset({"old", "olds"})
_YEARS_OLD = frozenset({"yo", "yos", "yearold", "yearolds", "yrold"})
_AGE_OWNERS = frozenset({"my", "a", "for", "our", "is", "turning", "his", "her"})
OF_AGE = frozenset({18, 21})
LEAST_OLD = 50
_AND_OLDER = frozenset({("and", "over"), ("and", "older"), ("or", "over"), ("or", "older")})
_AGE_LEADS = frozenset({"age", "aged", "ages", "turning", "turns", "turned"})
FAMILY = frozenset({
    "kid", "kids", "child", "children", "son", "sons", "daughter", "daughters", "boy", "boys",
    "girl", "girls", "toddler", "toddlers", "baby", "teen", "teens", "teenager", "teenagers",
    "nephew", "niece", "grandson", "granddaughter", "student", "students", "he", "she", "hes",
    "shes", "kiddo", "brother", "sister", "grandchild", "twins", "kinder", "ninos", "hijo", "hija",
})
_GRADE_WORDS = frozenset({"grade", "grader", "graders"})
_GRADE_NAMES = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}
_ENDINGS = frozenset({"st", "nd", "rd", "th"})
_TEACHERS = frozenset({
    "teacher", "teachers", "tutor", "tutors", "instructor", "instructors", "coach", "coaches",
    "trainer", "trainers", "pro", "professor", "teaching", "coaching", "educator", "mentor",
})
_LEARNERS = frozenset({
    "player", "players", "dancer", "dancers", "swimmer", "swimmers", "learner", "learners",
    "student", "students", "singer", "singers", "runner", "runners", "beginner", "adult", "adults",
    "musician", "musicians", "cook", "skier", "guitarist", "pianist", "speaker", "speakers",
})
# fmt: on
LOOK_AHEAD = 4


def _ages_at(line: Line, at: int) -> tuple[int, tuple[int, ...]] | None:
    """One age or several: "8", "5-7", "9 and 11", "5, 7 and 9"; and the position after them."""
    number = _age(line, at)
    if number is None:
        return None
    ages, end = [number], at + 1
    while len(ages) < MOST_AGES:
        inner = end
        joins = line.word(inner) in {"and", "to", "or", "through"}
        inner += joins
        inner += bool(joins) and line.word(inner) in {"a", "an"}
        gap = line.gap(inner)
        following = _age(line, inner)
        if following is None or not (joins or gap in {"-", ",", "/", "&", "+"}):
            return end, tuple(ages)
        ages.append(following)
        end = inner + 1
    return end, tuple(ages)


def _age(line: Line, at: int) -> int | None:
    number = line.tokens[at].number if 0 <= at < len(line.tokens) else None
    if number is None or line.tokens[at].dollars or not 0 <= number <= OLDEST:
        return None
    return int(number)


def aged(line: Line, at: int) -> Span | None:
    """An age that leads: "8-year-old", "8yo", "9 and 11 year olds", "18 month old"."""
    found = _ages_at(line, at)
    if found is None:
        return None
    end, ages = found
    unit, after = line.word(end), line.word(end + 1)
    if unit in _YEARS_OLD:
        return _span(line, at, end + 1, of_age(*ages))
    if unit in _MONTH_WORDS and after in _OLD:
        return _span(line, at, end + 2, of_age(*(age // MONTHS_OF_YEAR for age in ages)))
    if unit not in _YEAR_WORDS:
        return _of_grade(line, at, at + 1, ages[0])
    if after in _OLD or after == "o":
        return _span(line, at, end + 2, of_age(*ages))
    leads = line.word(at - 1) in _AGE_OWNERS | FAMILY and unit != "y" and after != "of"
    return _span(line, at, end + 1, of_age(*ages)) if leads else None


def of_age_at(line: Line, at: int) -> Span | None:
    """ "18+", "21+", "60 and over"."""
    number = line.number(at)
    if number is None or line.tokens[at].dollars:
        return None
    if LEAST_OLD <= number <= OLDEST and line.run(at + 1, 2) in _AND_OLDER:
        return _span(line, at - (line.word(at - 1) in {"for", "age"}), at + 3, ADULTS)
    if number not in OF_AGE:
        return None
    is_open = line.gap(at + 1) == "+" or line.ends_with(at + 1, "+")
    if not is_open or line.word(at + 1) in _YEAR_WORDS | _NO_AGES | COUNTED:
        return None
    return _span(line, at, at + 1, ADULTS)


def _of_grade(line: Line, at: int, end: int, grade: int) -> Span | None:
    """ "3rd grader", "10th grade"."""
    if line.word(end) in _ENDINGS and line.tokens[end].glued:
        end += 1
    elif line.word(at) not in _GRADE_NAMES:
        return None
    if line.word(end) not in _GRADE_WORDS or not 1 <= grade <= LAST_GRADE:
        return None
    return _span(line, at, end + 1, _in_grade(grade))


def _in_grade(grade: int) -> Who:
    return Who(Audience.KIDS, AgeGroup.TEENS if grade >= FIRST_TEEN_GRADE else AgeGroup.KIDS)


def graded(line: Line, at: int) -> Span | None:
    """ "third grader", "grade 5"."""
    if line.word(at) in {"grade", "grades"}:
        number = line.number(at + 1)
        if number is None or not 1 <= number <= LAST_GRADE:
            return None
        end = at + 2
        if line.gap(end) == "-" and line.number(end) is not None:
            end += 1
        return _span(line, at, end, _in_grade(number))
    return _of_grade(line, at, at + 1, _GRADE_NAMES[line.word(at)])


def led(line: Line, at: int) -> Span | None:
    """An age with a word before it: "age 12", "ages 5-7", "kids under 5", "son is 8"."""
    is_age = line.word(at) in _AGE_LEADS
    inner = line.skip(at + 1, _BEFORE_AGES if is_age else _BETWEEN_AGES)
    limited = _limited(line, at, inner)
    if limited is not None:
        return limited
    found = _ages_at(line, inner)
    if found is None or not (is_age or _are_ages(line, at, inner, *found)):
        return None
    end, ages = found
    if line.word(end) in _YEAR_WORDS | _YEARS_OLD:
        end += 1 + (line.word(end + 1) in _OLD)
    if line.word(at) in _GROWN and not is_age:
        return _span(line, at, end, Who(*_audience(ages[-1])))
    return _span(line, at, end, of_age(*ages))


def _are_ages(line: Line, at: int, inner: int, end: int, ages: tuple[int, ...]) -> bool:
    """Whether figures behind a child are its age, and no hour or number of something."""
    if line.word(at) in _GROWN:
        return line.gap(end) == "+" or line.ends_with(end, "+")
    spelled = inner > at + 1 or line.gap(inner).strip() in {"(", "-", ","}
    spelled = spelled or line.says(at - 1, "i", "am")
    if not (spelled or len(ages) > 1 or line.word(at) in _CHILDREN | _SELVES):
        return False
    if max(ages) > LAST_TEEN and line.word(at) not in _SELVES | _ANYBODY | _ELDERS:
        return False
    ordinal = line.word(end) in _ENDINGS and line.tokens[end].glued
    return not ordinal and line.word(end) not in _NO_AGES


_BEFORE_AGES = frozenset({"of", "from", "group", "range", "between"})
_BETWEEN_AGES = frozenset({"is", "aged", "age", "ages", "who", "whos", "between", "are", "turning"})


# fmt: off
_SELVES = frozenset({"hes", "shes", "im"})
_ANYBODY = frozenset({"he", "she", "am"})
_ELDERS = frozenset({
    "mom", "mother", "dad", "father", "wife", "husband", "grandma", "grandpa", "grandmother",
    "grandfather", "parents", "boyfriend", "girlfriend", "friend", "partner", "aunt", "uncle",
})
_CHILDREN = FAMILY - {"he", "she", "student", "students"}
_GROWN = frozenset({
    "people", "person", "anyone", "adult", "adults", "senior", "seniors", "someone", "folks",
    "those", "everyone", "age", "aged", "ages", "men", "women", "learners",
})
_NO_AGES = frozenset({
    "am", "pm", "min", "mins", "minutes", "minute", "dollars", "bucks", "hour", "hours", "hr",
    "times", "days", "weeks", "lessons", "months", "month", "oclock", "miles", "people",
})
# fmt: on


def _limited(line: Line, at: int, inner: int) -> Span | None:
    """ "kids under 5", "children over 10", "girls 12 and up": whom, not how old exactly."""
    bound = line.word(inner)
    if bound not in {"under", "over", "below", "above", "younger", "older", "up"}:
        return None
    inner = line.skip(inner + 1, frozenset({"than", "age", "the", "of", "to"}))
    age = _age(line, inner)
    if age is None or line.word(inner + 1) in _NO_AGES:
        return None
    if age > LAST_TEEN and line.word(at) not in _GROWN:
        return None
    inner += line.word(inner + 1) == "s" and line.tokens[inner + 1].glued
    if bound in {"under", "below", "younger"}:
        age = max(age - 1, 0)
    who = of_age(age)
    return _span(line, at, inner + 1, Who(who.audience, who.age_group))


def over_sixties(line: Line, at: int) -> Span | None:
    """ "over 60s", "under 5s", "under 5 year olds", "for under 10": an age that is a group."""
    age = _age(line, at + 1)
    end = at + 2
    is_under = line.word(at) == "under"
    if age is not None and _is_for_people(line, at, age, is_under=is_under):
        return _span(line, at - 1, end, Who(*_audience(age - is_under)))
    if line.word(end) == "s" and line.tokens[end].glued:
        end += 1
    elif line.word(end) in _YEAR_WORDS and line.word(end + 1) in _OLD:
        end += 2
    elif line.word(end) in _YEARS_OLD:
        end += 1
    if age is None or end == at + 2:
        return None
    return _span(line, at, end, Who(*_audience(age - is_under)))


def _is_for_people(line: Line, at: int, age: int, *, is_under: bool) -> bool:
    """Whether it is for people: nobody wishes to pay over sixty, and nobody teaches under ten."""
    return (
        line.word(at - 1) == "for"
        and (1 < age <= LAST_TEEN if is_under else age >= LEAST_OLD)
        and line.word(at + 2) not in _NO_AGES | {"per", "an", "a", "s", "year", "years", "yr"}
        and line.gap(at + 2) != "/"
    )


def _audience(age: int) -> tuple[Audience, AgeGroup | None]:
    who = of_age(age)
    return who.audience, who.age_group


def _span(line: Line, start: int, end: int, who: Who) -> Span:
    """The span, with the family around it: "my 6 year old son". A dog's age says nothing."""
    if line.word(end) in ANIMALS:
        is_wished = line.vocabulary.term_at(line.stems, end, len(line.words)) is not None
        return Span(start, end if is_wished else end + 1, None, None, Weight.FIXED)
    if line.word(start - 1) == "is" and line.word(start - 2) in ANIMALS:
        return Span(start, end, None, None, Weight.FIXED)
    if line.word(end) in FAMILY - {"he", "she", "hes", "shes"}:
        end += 1
    while line.word(start - 1) in {"my", "our", "a", "an"}:
        start -= 1
    return Span(start, end, Slot.AUDIENCE, who, Weight.FIXED)


def counted(line: Line, at: int) -> Span | None:
    """How many there are, which says nothing here: "for 2 kids", "ten lessons", "for 2"."""
    if line.number(at) is None or line.tokens[at].dollars:
        return None
    years = line.word(at + 1) in _YEAR_WORDS and "experience" in line.run(at + 2, 1) + line.run(
        at + 3, 1
    )
    together = line.word(at - 1) == "for" and line.number(at) in TOGETHER
    if not (years or together) and line.word(at + 1) not in COUNTED:
        return None
    return Span(at, at + 1, None, None, Weight.NAMED)


TOGETHER = range(2, 5)

# fmt: off
COUNTED = frozenset({
    "kids", "children", "adults", "people", "students", "persons", "lessons", "lesson", "sessions",
    "classes", "times", "friends", "siblings", "boys", "girls", "teens", "toddlers", "sons",
    "daughters", "participants", "players",
})
# fmt: on


def experienced(line: Line, at: int) -> Span | None:
    """ "experienced" and "expert": of the teacher, or else how far the learner is."""
    for ahead in range(1, LOOK_AHEAD + 1):
        if line.word(at + ahead) in _LEARNERS:
            return Span(at, at + 1, Slot.SKILL, Skill.ADVANCED)
        if line.word(at + ahead) in _TEACHERS:
            return Span(at, at + 1, None, None)
    if line.word(at - 1) in {"for", "am", "im", "an", "more", "fairly", "very", "already"}:
        return Span(at, at + 1, Slot.SKILL, Skill.ADVANCED, Weight.NAMED)
    if line.word(at) == "expert" and at == 0 and len(line.words) > 1:
        return Span(at, at + 1, Slot.SKILL, Skill.ADVANCED, Weight.NAMED)
    return Span(at, at + 1, None, None, Weight.NAMED)


def settled(said: Sequence[Who]) -> Who | None:
    """For whom, of all that was said: ages first, and children before the grown-ups they are of."""
    if not said:
        return None
    ages = tuple(dict.fromkeys(age for who in said for age in who.ages))
    if ages:
        return of_age(*ages)
    audiences = {who.audience for who in said}
    audience = Audience.KIDS if Audience.KIDS in audiences else Audience.ADULTS
    groups = {who.age_group for who in said if who.audience is audience and who.age_group}
    if len(audiences) > 1 or len(groups) > 1:
        specific = groups - {AgeGroup.KIDS}
        return Who(audience, next(iter(specific)) if len(specific) == 1 else None)
    return Who(audience, next(iter(groups), None))


RULES = ruled(
    (_AGE_LEADS | FAMILY | _GROWN | _SELVES | _ANYBODY | _ELDERS, led),
    (("over", "above", "under"), over_sixties),
    ({"grade", "grades", *_GRADE_NAMES}, graded),
    (("experienced", "expert", "professional"), experienced),
)
