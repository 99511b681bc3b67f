"""Compiled loops. Each file loads numba: import it inside functions only."""
