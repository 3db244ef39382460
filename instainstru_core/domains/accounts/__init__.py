"""People: sign-up, passwords, sign-in."""
