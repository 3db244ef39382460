"""Who holds which role, which services may call, and the tokens they get."""
