"""Bytes become text, rows and columns: what readers of any file format build on."""
