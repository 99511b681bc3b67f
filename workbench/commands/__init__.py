"""One file, one group of commands; each gives an `Answer`, which the command line prints as text or as JSON."""
