"""`/v1/accounts` and `/v1/account_links`: connected accounts and their onboarding."""

from devstack.stripe_simulator import connect_shapes
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post, retrieve
from devstack.stripe_simulator.errors import invalid
from devstack.stripe_simulator.params import Params, merged
from devstack.stripe_simulator.values import MINUTE, Json
from devstack.stripe_simulator.world import World

_CAPABILITIES = ("card_payments", "transfers")
_UPDATE = ("business_profile", "business_type", "capabilities", "email", "metadata", "settings")
_CREATE = (*_UPDATE, "controller", "country", "default_currency", "type")
_LINK = ("account", "collection_options", "refresh_url", "return_url", "type")
_LINK_LASTS = 5 * MINUTE
_INTERVALS = ("daily", "manual", "monthly", "weekly")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def create(call: Call) -> Json:
    """A new account that is not onboarded yet."""
    world, params = call.world, call.params
    kind = params.choice("type", ("custom", "express", "standard")) or "express"
    account = connect_shapes.account(world.mint.new("acct"), world.now)
    account.update(type=kind, country=params.text("country") or "US")
    if "default_currency" in params:
        account["default_currency"] = params.required("default_currency")
    _describe(account, params)
    return world.of("account").add(account)


def update(call: Call) -> Json:
    """Other details of an account."""
    account = call.world.of("account").get(call.id, param="account")
    _describe(account, call.params)
    call.world.emit("account.updated", account, account=call.id)
    return account


def create_link(call: Call) -> Json:
    """Where an account's owner goes to be onboarded; a link lasts for minutes."""
    world, params = call.world, call.params
    identifier = params.required("account")
    kind = params.choice("type", ("account_onboarding", "account_update"))
    if kind is None:
        params.required("type")
    for name in ("refresh_url", "return_url"):
        params.required(name)
    world.of("account").get(identifier, param="account", in_path=False)
    token = world.mint.token("link", 12)
    world.return_urls[token] = params.required("return_url")
    return {
        "object": "account_link",
        "created": world.now,
        "expires_at": world.now + _LINK_LASTS,
        "url": f"{world.link_base}/setup/e/{identifier}/{token}",
    }


def own(call: Call) -> Json:
    """The account that calls."""
    if call.account is not None:
        return call.world.of("account").get(call.account)
    platform = connect_shapes.account(call.world.platform_id, 0)
    platform.update(type="standard", charges_enabled=True, payouts_enabled=True)
    return platform


def complete_onboarding(world: World, identifier: str) -> Json:
    """The owner answered everything, and Stripe is content."""
    account = world.of("account").get(identifier, param="account")
    for name in account["capabilities"]:
        account["capabilities"][name] = "active"
    account.update(
        charges_enabled="card_payments" in account["capabilities"],
        details_submitted=True,
        payouts_enabled=True,
        requirements=connect_shapes.requirements([], None),
        tos_acceptance={"date": world.now, "ip": None, "user_agent": None},
    )
    banks = account["external_accounts"]["data"]
    if not banks:
        banks.append(connect_shapes.bank_account(world.mint.new("ba"), identifier))
    world.emit("account.updated", account, account=identifier)
    return account


def disable(world: World, identifier: str, reason: str = "requirements.past_due") -> Json:
    """Stripe wants to know more, and pays nothing until it does."""
    account = world.of("account").get(identifier, param="account")
    for name in account["capabilities"]:
        account["capabilities"][name] = "inactive"
    account.update(
        charges_enabled=False,
        payouts_enabled=False,
        requirements=connect_shapes.requirements(["individual.verification.document"], reason),
    )
    world.emit("account.updated", account, account=identifier)
    return account


def _describe(account: Json, params: Params) -> None:
    if "email" in params:
        account["email"] = params.text("email")
    if "business_type" in params:
        account["business_type"] = params.text("business_type")
    profile = params.hash("business_profile")
    for name in profile.plain():
        account["business_profile"][name] = profile.text(name)
    account["metadata"] = merged(account["metadata"], params.strings("metadata"))
    capabilities = params.hash("capabilities")
    for name in capabilities.plain():
        if name not in _CAPABILITIES:
            raise invalid(f"Unknown capability: {name}", capabilities.name(name))
        if capabilities.hash(name).flag("requested"):
            now = "active" if account["details_submitted"] else "inactive"
            account["capabilities"].setdefault(name, now)
    _schedule(account, params.hash("settings").hash("payouts"))


def _schedule(account: Json, payouts: Params) -> None:
    schedule = payouts.hash("schedule")
    if not schedule.plain():
        return
    settings = account["settings"]["payouts"]["schedule"]
    interval = schedule.choice("interval", _INTERVALS) or str(settings["interval"])
    settings["interval"] = interval
    settings.pop("weekly_anchor", None)
    settings.pop("weekly_payout_days", None)
    if interval == "weekly":
        days = schedule.words("weekly_payout_days") or [
            schedule.choice("weekly_anchor", _DAYS) or "monday"
        ]
        settings.update(weekly_anchor=days[0], weekly_payout_days=days)
    delay = schedule.integer("delay_days") if "delay_days" in schedule else None
    if delay is not None:
        settings["delay_days"] = delay


ROUTES = (
    post("accounts", create, *_CREATE),
    get("accounts", pages("account"), *PAGE),
    get("accounts/*", retrieve("account", param="account")),
    post("accounts/*", update, *_UPDATE),
    post("account_links", create_link, *_LINK),
    get("account", own),
)
