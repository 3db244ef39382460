"""A mail carrier that speaks like Resend and keeps every mail where it can be read."""
