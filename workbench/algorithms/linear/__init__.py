"""Weights from item to item."""
