"""The page Inspect, and its parts."""
