"""Private servers, demo data and the tour: everything runs on one machine."""
