"""A run is a folder; training is one function from that folder."""
