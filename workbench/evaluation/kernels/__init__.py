"""Compiled loops behind lists and metrics. Each file loads numba: import it inside functions only."""
