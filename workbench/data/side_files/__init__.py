"""What comes along: attributes of items and users, vectors, pictures."""
