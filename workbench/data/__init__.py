"""A file becomes interactions, and interactions become a fold."""
