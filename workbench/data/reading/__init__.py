"""From a file to rows: what it is packed in, encoded in and laid out as."""
