"""Small building blocks. They know no session."""
