"""`/v1/customers`."""

from devstack.stripe_simulator import shapes
from devstack.stripe_simulator.call import PAGE, Call, get, pages, post, retrieve
from devstack.stripe_simulator.params import merged
from devstack.stripe_simulator.values import Json

_FIELDS = ("description", "email", "name", "phone")


def create(call: Call) -> Json:
    """A new customer."""
    customer = shapes.customer(call.world.mint.new("cus"), call.world.now)
    _describe(customer, call)
    call.of("customer").add(customer)
    call.world.emit("customer.created", customer, account=call.account)
    return customer


def update(call: Call) -> Json:
    """Other details of a customer."""
    customer = call.of("customer").get(call.id, param="customer")
    _describe(customer, call)
    call.world.emit("customer.updated", customer, account=call.account)
    return customer


def _describe(customer: Json, call: Call) -> None:
    for name in _FIELDS:
        if name in call.params:
            customer[name] = call.params.text(name)
    default = call.params.hash("invoice_settings").text("default_payment_method")
    if default is not None:
        customer["invoice_settings"]["default_payment_method"] = default
    customer["metadata"] = merged(customer["metadata"], call.params.strings("metadata"))


ROUTES = (
    post("customers", create, *_FIELDS, "invoice_settings", "metadata"),
    get("customers", pages("customer", "email"), *PAGE, "email"),
    get("customers/*", retrieve("customer")),
    post("customers/*", update, *_FIELDS, "invoice_settings", "metadata"),
)
