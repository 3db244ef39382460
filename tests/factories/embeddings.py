"""A model of vectors that is asked over a network, as far as search can tell."""

from collections.abc import Sequence

import numpy as np

from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.types.meaning import ModelUse, Vectors
from instainstru_core.kernel.deadline import Deadline


class Remote:
    """A model at the other end of a network, of few dimensions. It fails after so many calls."""

    def __init__(self, model: str = "remote", version: str = "1", *, calls: int = 1_000) -> None:
        self.model = model
        self.version = version
        self.is_remote = True
        self.scale = (0.5, 1.0)
        self.calls = calls
        self.texts = 0

    def prepare(self) -> None: ...

    def close(self) -> None: ...

    def embed(self, texts: Sequence[str], *, deadline: Deadline) -> Vectors:
        if self.calls == 0:
            raise ModelUnavailable("Gone.", use=ModelUse.REFUSED)
        self.calls -= 1
        self.texts += len(texts)
        rows = np.zeros((len(texts), 4), dtype=np.float32)
        rows[:, 0] = 1
        return rows
