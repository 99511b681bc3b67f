"""Interactions at a glance."""
