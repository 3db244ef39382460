"""Tools, one module per topic."""
