"""Lists from scores, and numbers from lists."""
