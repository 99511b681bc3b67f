"""What filters share: their contract, and how a chain of them is applied."""
