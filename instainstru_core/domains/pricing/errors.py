"""Ways pricing says no."""

from instainstru_core.kernel.errors import Invalid


class PriceBelowFloor(Invalid):
    code = "pricing.price_below_floor"
