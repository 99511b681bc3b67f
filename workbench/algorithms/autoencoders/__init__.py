"""Networks that find a history again from what is left of it."""
