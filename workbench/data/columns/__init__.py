"""From rows to columns: which is the user, the item, the rating, the time, and their values."""
