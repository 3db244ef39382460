"""What can be taught: categories, subcategories, services."""
