"""The parts of the demo world: people, places, lessons, searches, incidents."""
