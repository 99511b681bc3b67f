"""Networks over the vectors of a user and an item."""
