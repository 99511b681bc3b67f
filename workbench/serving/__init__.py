"""Lists of trained runs over HTTP, for other programs. Needs the extra ``serve``, which is imported inside functions."""
