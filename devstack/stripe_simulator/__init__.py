"""A stateful Stripe: the wire format, the money and the unhappy paths, without the network."""
