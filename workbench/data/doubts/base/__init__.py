"""What the kinds of doubts share."""
