"""Where the story of the tour takes place. The demo knows it before anything heavy is loaded."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the API and the simulators are."""

    api: str
    stripe: str
    resend: str | None
    stripe_key: str = field(repr=False)
