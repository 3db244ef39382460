"""Demo worlds for tests that only need one: each is seeded once, whoever asks gets a copy."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date

from devstack import seed
from tests.databases import ServerUrls, clone_of

CODE = ("instainstru_core/**/*.py", "instainstru_core/**/*.yaml", "devstack/**/*.py", "*.lock")
"""What shapes a world beside its size: all that writing it may come by."""


@contextmanager
def seeded(servers: ServerUrls, *, instructors: int, today: date) -> Generator[str]:
    """A database with the world of this size on this day."""

    def build(url: str) -> None:
        seed.run(url, instructors=instructors, today=today)

    with clone_of(servers, f"world_{instructors}_{today:%Y%m%d}", CODE, build) as url:
        yield url
