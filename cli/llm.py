"""A language model that speaks OpenAI's chat completions, wherever it runs.

The library is imported when a model is first asked. What a provider says of an error is shown
redacted: the person at the terminal may need it, and it may quote anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from instainstru_core.kernel.errors import Invalid, Refusal, Unauthenticated, Unavailable
from instainstru_core.kernel.log import redacted
from instainstru_core.kernel.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

PATIENCE_SECONDS = 90.0
TRIES_AGAIN = 2
LONGEST_WORDS = 300
NO_KEY = "none"
"""What is sent to a model of one's own, which asks for no key."""

Message: TypeAlias = dict[str, Any]


class LlmNotConfigured(Unavailable):
    code = "llm.not_configured"


class LlmUnreachable(Unavailable):
    code = "llm.unreachable"


class LlmKeyRefused(Unauthenticated):
    code = "llm.key_refused"


class LlmBusy(Unavailable):
    code = "llm.too_often"


class LlmRefused(Invalid):
    code = "llm.refused"


@dataclass(frozen=True, slots=True)
class Wish:
    """A call that the model wants made. The arguments are its own words: perhaps no JSON."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model says: words, or calls that it wants made. `said` is to be sent back to it."""

    words: str | None
    wishes: tuple[Wish, ...]
    said: Message
    tokens: int | None


class Llm:
    """One model."""

    def __init__(self, settings: Settings, *, name: str | None = None) -> None:
        known = name or settings.llm_model
        missing = _missing(settings, known)
        if known is None or missing:
            raise LlmNotConfigured(
                f"No language model is configured: set {missing}. OPENAI_BASE_URL may name any"
                " server that speaks OpenAI's chat completions, also one on this machine; without"
                " it, it is OpenAI itself. `instainstru mcp call` needs no model.",
                missing=missing,
            )
        self.name = known
        self._settings = settings
        self._client: OpenAI | None = None

    def reply(self, messages: Sequence[Message], tools: Sequence[Message]) -> Reply:
        """The model's next words. Without tools it can only speak."""
        import openai  # noqa: PLC0415 - most commands never ask a model

        more: dict[str, Any] = {"tools": list(tools)} if tools else {}
        chat: Any = self._opened().chat
        try:
            done = chat.completions.create(model=self.name, messages=list(messages), **more)
        except openai.OpenAIError as failure:
            raise _refusal(failure, self.name) from failure
        return _reply(done.model_dump(exclude_none=True) if hasattr(done, "model_dump") else {})

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _opened(self) -> "OpenAI":
        from openai import OpenAI  # noqa: PLC0415

        if self._client is None:
            self._client = OpenAI(
                api_key=_key(self._settings) or NO_KEY,
                base_url=self._settings.llm_url or None,
                timeout=PATIENCE_SECONDS,
                max_retries=TRIES_AGAIN,
            )
        return self._client


def as_function(tool: Any) -> Message:  # noqa: ANN401 - a tool as the MCP client lists it
    """A tool of the copilot as a model is told of it."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description or tool.title or "",
            "parameters": tool.input_schema,
        },
    }


def _key(settings: Settings) -> str:
    return settings.llm_key.get_secret_value() if settings.llm_key else ""


def _missing(settings: Settings, name: str | None) -> str:
    """The settings that are needed and not set."""
    needed = [] if name else ["OPENAI_MODEL (or --model)"]
    if not _key(settings) and not settings.llm_url:
        needed.append("OPENAI_API_KEY, or OPENAI_BASE_URL for a model that needs no key")
    return " and ".join(needed)


def _reply(done: Message) -> Reply:
    choices = cast("list[Message]", done.get("choices") or [])
    if not choices:
        raise LlmRefused("What answers as a language model gave no answer at all.")
    said = _part(choices[0], "message")
    calls = cast("list[Message]", said.get("tool_calls") or [])
    kept: Message = {key: said[key] for key in ("content", "tool_calls") if key in said}
    return Reply(
        words=said.get("content") or None,
        wishes=tuple(
            Wish(
                id=str(one.get("id") or ""),
                name=str(_part(one, "function").get("name") or ""),
                arguments=str(_part(one, "function").get("arguments") or "{}"),
            )
            for one in calls
        ),
        said={"role": "assistant", "content": None} | kept,
        tokens=_part(done, "usage").get("total_tokens"),
    )


def _part(one: Mapping[str, Any], name: str) -> Message:
    found = one.get(name)
    return cast("Message", found) if isinstance(found, dict) else {}


def _refusal(failure: Exception, model: str) -> Refusal:
    import openai  # noqa: PLC0415

    match failure:
        case openai.APIConnectionError():
            return LlmUnreachable(
                "The language model does not answer. Check OPENAI_BASE_URL, or try again later."
            )
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return LlmKeyRefused("The language model does not accept OPENAI_API_KEY.")
        case openai.RateLimitError():
            return LlmBusy("The language model is asked too often, or its quota is used up.")
        case openai.NotFoundError():
            return LlmRefused(f"There is no model called {model} there. Choose with --model.")
        case openai.APIStatusError(status_code=status) if status >= 500:  # noqa: PLR2004
            return LlmUnreachable("The language model fails right now. Try again later.")
        case _:
            words = redacted(str(failure))[:LONGEST_WORDS]
            return LlmRefused(f"The language model cannot work with this question: {words}")
