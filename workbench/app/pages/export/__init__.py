"""The page Export, and its parts."""
