"""From a file to a data folder, with every row accounted for."""
