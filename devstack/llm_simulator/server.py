"""The simulated model on a loopback port."""

import json
from dataclasses import dataclass, field

from devstack.llm_simulator.script import Script
from devstack.loopback import Handler, Headers, LoopbackServer

COMPLETIONS = "/v1/chat/completions"
EMBEDDINGS = "/v1/embeddings"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer over HTTP."""

    status: int
    content: object
    headers: Headers = field(default_factory=dict[str, str])

    @property
    def body(self) -> bytes:
        return json.dumps(self.content).encode()


class LlmServer(LoopbackServer):
    """Answers while the block runs. `url` is what OPENAI_BASE_URL has to be."""

    def __init__(self, script: Script, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.script = script
        super().__init__(self._answer, _Handler, name="llm", host=host, port=port)
        self.url += "/v1"

    def _answer(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        if (method, target) == ("POST", COMPLETIONS):
            return Answer(*self.script.answer(headers, body))
        if (method, target) == ("POST", EMBEDDINGS):
            return Answer(*self.script.embed(headers, body))
        return Answer(404, {"error": {"message": "Unknown path."}})


class _Handler(Handler):
    """One connection for each question."""

    protocol_version = "HTTP/1.0"
