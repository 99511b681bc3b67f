"""The page Split, and its parts."""
