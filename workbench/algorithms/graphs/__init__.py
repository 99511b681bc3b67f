"""Vectors that travel along the graph of who chose what."""
