"""What file formats share: their contract, and how rows of values become text."""
