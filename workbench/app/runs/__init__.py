"""Runs as the window knows them."""
