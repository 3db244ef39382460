"""The subjects of the marketplace, one folder each."""
