"""The provider on a loopback port: the API, levers below `/_sim/`, and webhooks that leave.

`POST /_sim/webhooks` {"url": "..."} says where they go from now on.
"""

import json
from contextlib import suppress
from threading import Event, Thread

import httpx

from devstack.checkr_simulator import answers
from devstack.checkr_simulator.answers import Answer
from devstack.checkr_simulator.simulator import CONTROL, Simulator, Webhook
from devstack.loopback import Handler, Headers, LoopbackServer

PAUSE_SECONDS = 0.05
LISTEN = f"{CONTROL}webhooks"
RETRY_SECONDS = 1.0
TRIES = 60
ANSWER_WITHIN_SECONDS = 10.0


class SimulatorServer(LoopbackServer):
    """The simulated provider, and the thread that sends its events."""

    def __init__(
        self,
        simulator: Simulator,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        webhook_url: str | None = None,
    ) -> None:
        super().__init__(self._answer, _Handler, name="checkr-api", host=host, port=port)
        self.simulator = simulator
        self.webhook_url = webhook_url
        self._stopped = Event()
        self._sending = Thread(target=self._send, name="checkr-webhooks", daemon=True)

    def start(self) -> None:
        """Listen, and send."""
        super().start()
        self._sending.start()

    def stop(self) -> None:
        """Close everything."""
        self._stopped.set()
        super().stop()
        self._sending.join()

    def _answer(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        if (method, target) != ("POST", LISTEN):
            return self.simulator.handle(method, target, headers, body)
        try:
            self.webhook_url = str(json.loads(body)["url"])
        except (KeyError, TypeError, ValueError):
            return answers.refused(400, "url is missing")
        return Answer(200, {"url": self.webhook_url})

    def _send(self) -> None:
        """Events leave in order; one that nobody takes is tried again for a while."""
        with httpx.Client(timeout=ANSWER_WITHIN_SECONDS, trust_env=False) as client:
            while not self._stopped.wait(PAUSE_SECONDS):
                if self.webhook_url is None:
                    continue
                for webhook in self.simulator.take_webhooks():
                    self._deliver(client, webhook)

    def _deliver(self, client: httpx.Client, webhook: Webhook) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Checkr-Webhook/1.0",
            "X-Checkr-Signature": webhook.signature,
        }
        for _ in range(TRIES):
            with suppress(httpx.HTTPError):
                url = self.webhook_url or ""
                if client.post(url, content=webhook.body, headers=headers).is_success:
                    return
            if self._stopped.wait(RETRY_SECONDS):
                return


class _Handler(Handler):
    timeout = 30
