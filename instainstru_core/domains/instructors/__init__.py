"""Those who teach: profile, offerings, prices, areas, places, lifecycle."""
