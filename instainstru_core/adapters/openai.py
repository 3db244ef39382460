"""Models that speak OpenAI's wire format, wherever they run: vectors, readings, choices of names.

The library is imported when a model is first asked. What a provider says of an error never leaves
this module: it may quote what people typed.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from instainstru_core.adapters.model_calls import (
    AnswerUnusable,
    CallFailed,
    CallLate,
    ModelCalls,
    Purpose,
)
from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.policy.meaning import answers
from instainstru_core.domains.search.policy.meaning.vectors import unit
from instainstru_core.domains.search.ports import Question
from instainstru_core.domains.search.types.meaning import ModelUse, Vectors
from instainstru_core.domains.search.types.reading import Reading
from instainstru_core.kernel.deadline import Deadline

if TYPE_CHECKING:
    from openai import OpenAI

NO_KEY = "none"
"""What is sent to a model of one's own, which asks for no key."""

CALL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Model:
    """Which model, where, and what it is shown as proof of who asks."""

    name: str
    url: str | None
    key: str | None


class _Client:
    """The library's client, made when it is first needed. It tries nothing twice: the deadline is
    the caller's.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._opening = Lock()
        self._opened: OpenAI | None = None

    def get(self) -> "OpenAI":
        from openai import OpenAI  # noqa: PLC0415 - most processes never ask a model

        with self._opening:
            if self._opened is None:
                self._opened = OpenAI(
                    api_key=self.model.key or NO_KEY,
                    base_url=self.model.url,
                    timeout=CALL_SECONDS,
                    max_retries=0,
                )
            return self._opened

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()


class OpenAiEmbedder:
    """Implements search.ports.Embedder."""

    def __init__(self, model: Model, calls: ModelCalls) -> None:
        self._client = _Client(model)
        self._calls = calls

    @property
    def model(self) -> str:
        return self._client.model.name

    @property
    def version(self) -> str:
        return "openai/1"

    @property
    def is_remote(self) -> bool:
        return True

    @property
    def scale(self) -> tuple[float, float]:
        return 0.3, 0.8

    def prepare(self) -> None:
        self._client.get()

    def embed(self, texts: Sequence[str], *, deadline: Deadline) -> Vectors:
        """One row of length 1 for each text. Raises ModelUnavailable."""

        def call(seconds: float) -> Vectors:
            return _rows(self._asked(list(texts), seconds), len(texts))

        return self._calls.run(Purpose.EMBEDDING, call, deadline=deadline)

    def close(self) -> None:
        self._client.close()

    def _asked(self, texts: list[str], seconds: float) -> Any:  # noqa: ANN401 - as the library has it
        with _failing():
            return self._client.get().embeddings.create(
                model=self.model, input=texts, encoding_format="float", timeout=seconds
            )


class OpenAiReader:
    """Implements search.ports.Reader."""

    def __init__(self, model: Model, calls: ModelCalls) -> None:
        self._client = _Client(model)
        self._calls = calls

    @property
    def is_on(self) -> bool:
        return True

    def read(self, question: Question, *, deadline: Deadline) -> Reading:
        """What the text says, as the model has it. Raises ModelUnavailable."""
        messages = answers.reading_messages(question.text, question.today, question.services)

        def call(seconds: float) -> Reading:
            return answers.reading(self._answer(messages, answers.READING, seconds))

        return self._calls.run(Purpose.READING, call, deadline=deadline)

    def pick(self, text: str, names: Sequence[str], *, deadline: Deadline) -> tuple[str, ...]:
        """Those of the names that the text means. Raises ModelUnavailable."""
        messages = answers.choice_messages(text, names)

        def call(seconds: float) -> tuple[str, ...]:
            return answers.chosen(self._answer(messages, answers.CHOICE, seconds), names)

        return self._calls.run(Purpose.PLACE, call, deadline=deadline)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def _answer(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seconds: float
    ) -> Mapping[str, Any]:
        """What the model says, as an object of this schema."""
        with _failing():
            chat: Any = self._client.get().chat
            done = chat.completions.create(
                model=self._client.model.name,
                messages=list(messages),
                response_format={"type": "json_schema", "json_schema": dict(schema)},
                timeout=seconds,
            )
        return _object(done)


class UnconfiguredReader:
    """The port where no model is configured."""

    @property
    def is_on(self) -> bool:
        return False

    def read(self, question: Question, *, deadline: Deadline) -> Reading:  # noqa: ARG002
        raise _off()

    def pick(self, text: str, names: Sequence[str], *, deadline: Deadline) -> tuple[str, ...]:  # noqa: ARG002
        raise _off()

    def close(self) -> None:
        """Nothing was opened."""


@contextmanager
def _failing() -> Generator[None]:
    """What the library raises, as what it means for the calls to come."""
    import openai  # noqa: PLC0415 - as above

    try:
        yield
    except openai.APITimeoutError as failure:
        raise CallLate from failure
    except openai.UnprocessableEntityError as failure:
        raise AnswerUnusable from failure
    except openai.BadRequestError as failure:
        raise (AnswerUnusable if failure.code == "content_filter" else CallFailed) from failure
    except (openai.OpenAIError, ValueError) as failure:
        raise CallFailed from failure


def _off() -> ModelUnavailable:
    return ModelUnavailable(
        "No language model is configured for search. Set INSTAINSTRU_SEARCH_MODEL and a key.",
        use=ModelUse.OFF,
    )


def _rows(answer: Any, count: int) -> Vectors:  # noqa: ANN401 - as the library has it
    """The vectors of an answer in the order of the texts."""
    try:
        data = sorted(answer.data, key=lambda one: int(one.index))
        places = [int(one.index) for one in data]
        rows = np.asarray([one.embedding for one in data], dtype=np.float32)
    except (AttributeError, TypeError, ValueError) as failure:
        raise CallFailed from failure
    if places != list(range(count)) or rows.ndim != 2 or not np.isfinite(rows).all():  # noqa: PLR2004
        raise CallFailed
    return unit(rows)


def _object(done: Any) -> Mapping[str, Any]:  # noqa: ANN401 - as above
    """The object in an answer. Raises AnswerUnusable where it is refused, cut off or none."""
    try:
        choice = done.choices[0]
        content = choice.message.content
        refused = choice.message.refusal or choice.finish_reason != "stop"
    except (AttributeError, IndexError, TypeError) as failure:
        raise AnswerUnusable from failure
    if refused or not isinstance(content, str):
        raise AnswerUnusable
    try:
        said = json.loads(content)
    except ValueError as failure:
        raise AnswerUnusable from failure
    if not isinstance(said, dict):
        raise AnswerUnusable
    return cast("Mapping[str, Any]", said)
