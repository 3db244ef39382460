"""What can be done about payments, one transaction at a time."""
