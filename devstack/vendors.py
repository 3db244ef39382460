"""Outside services that simulators stand in for, unless their keys are really set.

Who sets STRIPE_SECRET_KEY, RESEND_API_KEY or CHECKR_API_KEY means the service itself: then its
simulator is not started, and what the settings file says of it does not count. So does who sets
SENTRY_AUTH_TOKEN or SENTRY_DSN. Standard library only.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

WEBHOOK_PATH = "/api/v1/webhooks/stripe"
STRIPE_KEY = "STRIPE_SECRET_KEY"
STRIPE_URL = "INSTAINSTRU_STRIPE_API_URL"
STRIPE_WEBHOOKS = "INSTAINSTRU_STRIPE_WEBHOOK_SECRETS"
RESEND_KEY = "RESEND_API_KEY"
RESEND_URL = "INSTAINSTRU_RESEND_API_URL"
CHECKR_PATH = "/api/v1/webhooks/checkr"
CHECKR_KEY = "CHECKR_API_KEY"
CHECKR_URL = "INSTAINSTRU_CHECKR_API_URL"
SENTRY_TOKEN = "SENTRY_AUTH_TOKEN"  # noqa: S105 - the name, not the token
SENTRY_URL = "INSTAINSTRU_SENTRY_URL"
SENTRY_DSN = "SENTRY_DSN"
SENTRY_ORGANIZATION = "INSTAINSTRU_SENTRY_ORGANIZATION"
SENTRY_PUBLIC_KEY = "DEVSTACK_SENTRY_PUBLIC_KEY"
SENTRY_PROJECTS = {"api": 1, "mcp": 2, "worker": 3, "beat": 3, "exporter": 3}
"""Into which of the simulator's projects the errors of each process go."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One of them: the names of its key, of its address, and of what else is set for it."""

    name: str
    key: str
    url: str
    others: tuple[str, ...] = ()
    more_keys: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The names under which people may set a key."""
        return tuple(
            name for key in (self.key, *self.more_keys) for name in (key, f"INSTAINSTRU_{key}")
        )

    @property
    def settings(self) -> tuple[str, ...]:
        return (*self.keys, self.url, *self.others)

    def is_given(self, file: Mapping[str, str]) -> bool:
        """Whether the environment itself has a key, other than the one of the settings file."""
        return any(os.environ.get(name) not in {None, "", file.get(name)} for name in self.keys)


STRIPE = Vendor("stripe", STRIPE_KEY, STRIPE_URL, (STRIPE_WEBHOOKS,))
RESEND = Vendor("resend", RESEND_KEY, RESEND_URL)
SENTRY = Vendor("sentry", SENTRY_TOKEN, SENTRY_URL, (SENTRY_ORGANIZATION,), more_keys=(SENTRY_DSN,))
CHECKR = Vendor("checkr", CHECKR_KEY, CHECKR_URL)
VENDORS = (STRIPE, RESEND, SENTRY, CHECKR)


def simulated(file: Mapping[str, str]) -> tuple[Vendor, ...]:
    """Those that nobody gave a key for."""
    return tuple(vendor for vendor in VENDORS if not vendor.is_given(file))


def usable(file: Mapping[str, str]) -> dict[str, str]:
    """The settings but for simulators that are not used: the service itself is, or none was up.

    A made-up key without an address would go to the service itself.
    """
    unused = [one for one in VENDORS if one.is_given(file) or not file.get(one.url)]
    left_out = {name for one in unused for name in one.settings}
    return {name: value for name, value in file.items() if name not in left_out}


def made(file: Mapping[str, str]) -> dict[str, str]:
    """Keys for the simulators of this checkout, made once: those that are missing."""
    wanted = {
        STRIPE_KEY: f"sk_test_{secrets.token_hex(16)}",
        STRIPE_WEBHOOKS: json.dumps([f"whsec_{secrets.token_hex(16)}"]),
        RESEND_KEY: f"re_{secrets.token_hex(16)}",
        CHECKR_KEY: secrets.token_hex(20),
        SENTRY_TOKEN: f"sntryu_{secrets.token_hex(16)}",
        SENTRY_PUBLIC_KEY: secrets.token_hex(16),
        SENTRY_ORGANIZATION: "instainstru",
    }
    return {name: value for name, value in wanted.items() if not file.get(name)}


def sentry_dsn(url: str, public_key: str, role: str = "api") -> str:
    """Where a process of this role tells the simulator at this address of its errors."""
    return f"{url.replace('://', f'://{public_key}@')}/{SENTRY_PROJECTS[role]}"


def watched(role: str, known: Mapping[str, str]) -> dict[str, str]:
    """The DSN of the role's own project in the simulator; nothing where Sentry is Sentry itself."""
    url, key, dsn = (known.get(name) for name in (SENTRY_URL, SENTRY_PUBLIC_KEY, SENTRY_DSN))
    if not url or not key or dsn != sentry_dsn(url, key):
        return {}
    return {SENTRY_DSN: sentry_dsn(url, key, role)}
