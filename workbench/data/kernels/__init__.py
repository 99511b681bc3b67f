"""Compiled loops over interactions. Each file loads numba: import it inside functions only."""
