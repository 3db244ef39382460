"""Named queries over bookings and their money."""
