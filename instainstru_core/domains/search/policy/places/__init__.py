"""The rules of places: what words mean on the map, and when a name is learned. Pure."""
