"""Changes that were told before they are made, so that exactly what was told can be confirmed."""
