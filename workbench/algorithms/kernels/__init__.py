"""Compiled loops. Each file loads numba: import it inside functions only."""

from workbench.uninterrupted import load_whole

load_whole("numba")
