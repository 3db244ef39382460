"""The official conformance suite of the protocol against our own server."""
