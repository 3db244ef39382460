"""A model's readings: when it is asked, what is remembered, and that nothing of it is missed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from instainstru_core.adapters.word_vectors import WordVectors
from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.flows import reading as flow
from instainstru_core.domains.search.flows.embedding import QueryVectors
from instainstru_core.domains.search.flows.reading import Readings
from instainstru_core.domains.search.ports import Question
from instainstru_core.domains.search.types.meaning import ModelUse, Vectors
from instainstru_core.domains.search.types.parsed import Parsed, Phrase, PriceWish, Skill
from instainstru_core.domains.search.types.reading import Reading
from instainstru_core.kernel.deadline import Deadline
from tests.patience import PATIENCE_SECONDS
from tests.unit.search.catalogue import lookup

TODAY = date(2026, 11, 28)
BEGINNER = Reading(skill=Skill.BEGINNER)


class Model:
    """A reader that always says the same, and remembers what it was asked."""

    def __init__(self, said: Reading = BEGINNER, *, is_on: bool = True) -> None:
        self.said = said
        self.is_on = is_on
        self.use: ModelUse | None = None
        self.asked: list[str] = []
        self.choices: list[str] = []

    def read(self, question: Question, *, deadline: Deadline) -> Reading:
        self.asked.append(question.text)
        assert "Piano" in question.services
        if self.use is not None:
            raise ModelUnavailable("Not now.", use=self.use)
        return self.said

    def pick(self, text: str, names: Sequence[str], *, deadline: Deadline) -> tuple[str, ...]:
        self.choices.append(text)
        return tuple(names[:1])

    def close(self) -> None: ...


def unclear(text: str, **slots: object) -> Parsed:
    return replace(Parsed(text, needs_model=True), **slots)  # type: ignore[arg-type]


def soon() -> Deadline:
    return Deadline.within(PATIENCE_SECONDS)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture(scope="module")
def words() -> WordVectors:
    return WordVectors()


class TestReadings:
    def test_are_not_asked_for_what_the_grammar_is_certain_of(self, model: Model) -> None:
        read = Readings(model).read(Parsed("piano"), lookup(), TODAY, deadline=soon())
        assert (read.parsed, read.model) == (Parsed("piano"), ModelUse.UNNEEDED)
        assert model.asked == []

    def test_are_off_without_a_model(self) -> None:
        parsed = unclear("piano or so")
        read = Readings(Model(is_on=False)).read(parsed, lookup(), TODAY, deadline=soon())
        assert (read.parsed, read.model) == (parsed, ModelUse.OFF)

    def test_go_under_what_the_grammar_says(self, model: Model) -> None:
        parsed = unclear("piano, new to it", services=(Phrase("piano", 0, 5),))
        read = Readings(model).read(parsed, lookup(), TODAY, deadline=soon())
        assert read.model is ModelUse.USED
        assert read.parsed == replace(parsed, skill=Skill.BEGINNER)

    @pytest.mark.parametrize(
        "use", [ModelUse.TIMEOUT, ModelUse.REFUSED, ModelUse.OPEN_CIRCUIT, ModelUse.BUSY]
    )
    def test_leave_the_grammar_alone_where_they_fail(self, model: Model, use: ModelUse) -> None:
        model.use = use
        readings, parsed = Readings(model), unclear("piano or so")
        read = readings.read(parsed, lookup(), TODAY, deadline=soon())
        assert (read.parsed, read.model) == (parsed, use)
        model.use = None
        assert readings.read(parsed, lookup(), TODAY, deadline=soon()).model is ModelUse.USED


class TestWhatIsRemembered:
    def test_is_the_same_text_on_the_same_day(self, model: Model) -> None:
        readings = Readings(model)
        readings.read(unclear("Piano, maybe"), lookup(), TODAY, deadline=soon())
        again = readings.read(unclear("piano  maybe!"), lookup(), TODAY, deadline=soon())
        assert again.model is ModelUse.CACHED
        assert again.parsed.skill is Skill.BEGINNER
        tomorrow = TODAY + timedelta(days=1)
        later = readings.read(unclear("piano maybe"), lookup(), tomorrow, deadline=soon())
        assert later.model is ModelUse.USED

    def test_is_what_means_the_same(self, model: Model, words: WordVectors) -> None:
        readings = Readings(model, words)
        first = "can you find somebody patient who shows my mother the piano"
        second = "can you find somebody patient who shows my mother a piano"
        other = "can you find somebody patient who shows my parrot the harp"
        readings.read(unclear(first), lookup(), TODAY, deadline=soon())
        same = readings.read(unclear(second), lookup(), TODAY, deadline=soon())
        assert same.model is ModelUse.CACHED
        assert (
            readings.read(unclear(other), lookup(), TODAY, deadline=soon()).model is ModelUse.USED
        )

    @pytest.mark.parametrize(
        "second",
        [
            unclear("lessons for my kid at most 90 an hour"),
            unclear("some lessons for my kid at most 80 an hour", price=PriceWish(min_cents=8_000)),
            unclear("some lessons for my kid at most 80 an hour", skill=Skill.ADVANCED),
            unclear("some lessons for my kid at most 80 an hour", services=(Phrase("art", 0, 3),)),
        ],
        ids=["figure", "price", "skill", "service"],
    )
    def test_is_not_what_the_grammar_reads_otherwise(
        self, model: Model, words: WordVectors, second: Parsed
    ) -> None:
        readings = Readings(model, words)
        readings.read(
            unclear("lessons for my kid at most 80 an hour"), lookup(), TODAY, deadline=soon()
        )
        readings.read(second, lookup(), TODAY, deadline=soon())
        assert len(model.asked) == 2

    def test_is_forgotten_after_an_hour(self, model: Model) -> None:
        moments = iter([1_000.0, 1_000.0, 1_000.0 + flow.KEEP_SECONDS, 9_999.0])
        readings = Readings(model, clock=lambda: next(moments))
        readings.read(unclear("piano maybe"), lookup(), TODAY, deadline=soon())
        again = readings.read(unclear("piano maybe"), lookup(), TODAY, deadline=soon())
        assert again.model is ModelUse.USED

    def test_is_bounded(self, model: Model) -> None:
        readings = Readings(model, most=2)
        for text in ("one", "two", "three", "one"):
            readings.read(unclear(text), lookup(), TODAY, deadline=soon())
        assert model.asked == ["one", "two", "three", "one"]

    def test_are_places_of_the_same_words_and_names(self, model: Model) -> None:
        readings = Readings(model, most=1)
        names = ["Astoria", "Harlem"]
        assert readings.pick_area("Beer Garden", names, deadline=soon()) == ("Astoria",)
        assert readings.pick_area("beer garden", names, deadline=soon()) == ("Astoria",)
        readings.pick_area("beer garden", names[1:], deadline=soon())
        readings.pick_area("beer garden", names, deadline=soon())
        assert model.choices == ["Beer Garden", "beer garden", "beer garden"]


class TestQueryVectors:
    def test_are_asked_for_once(self, words: WordVectors) -> None:
        class Counted(WordVectors):
            asked: list[str]

            def embed(self, texts: Sequence[str], *, deadline: Deadline) -> Vectors:
                self.asked = [*texts]
                return words.embed(texts, deadline=deadline)

        counted = Counted()
        vectors = QueryVectors(counted, most=2)
        first = vectors.of(["piano", "harp", "piano"], deadline=soon())
        assert counted.asked == ["piano", "harp"]
        vectors.of(["harp", "tuba"], deadline=soon())
        assert counted.asked == ["tuba"]
        again = vectors.of(["piano"], deadline=soon())
        assert counted.asked == ["piano"]
        assert (again.vectors["piano"] == first.vectors["piano"]).all()

    def test_say_why_there_are_none(self) -> None:
        class Late(WordVectors):
            def embed(self, texts: Sequence[str], *, deadline: Deadline) -> Vectors:
                raise ModelUnavailable("Late.", use=ModelUse.TIMEOUT)

        asked = QueryVectors(Late()).of(["piano"], deadline=soon())
        assert (asked.vectors, asked.reason) == ({}, "embedding_timeout")
