"""A vector for each user and each item."""
