"""Which interactions are worked with at all."""
