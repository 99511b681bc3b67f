"""Logs of what was shown and clicked, and what another policy would have earned on them."""
