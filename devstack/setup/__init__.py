"""Set a machine up, with nothing but Python's standard library to do it with."""
