"""A provider of background checks that speaks like Checkr and does what testers ask."""
