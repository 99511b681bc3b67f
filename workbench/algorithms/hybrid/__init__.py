"""What items and users are, together with who chose what."""
