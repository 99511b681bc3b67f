"""The window. It imports everything else; nothing imports it."""
