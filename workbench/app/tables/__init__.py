"""Tables of millions of rows."""
