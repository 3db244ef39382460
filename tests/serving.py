"""An ASGI application on a thread of this process and a port of its own."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.patience import PATIENCE_SECONDS
from tests.processes import free_port


class Prompt(uvicorn.Server):
    """Ends within a hundredth of a second of being told, instead of a tenth."""

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.sleep(0.01)


@contextmanager
def serving(app: Any) -> Generator[str]:
    """Serve while the block runs; gives the address."""
    port = free_port()
    server = Prompt(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, log_config=None, access_log=False, ws="none"
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
