"""What every other algorithm has to beat."""
