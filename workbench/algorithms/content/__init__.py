"""What items are, rather than who chose them."""
