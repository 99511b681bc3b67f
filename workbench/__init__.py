"""Recommender Workbench: from a ratings file to a list of recommendations, without code."""

__version__ = "0.1.0"
