"""Plots. They know no session."""
