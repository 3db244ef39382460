"""Messages to people: templates and deliveries."""
